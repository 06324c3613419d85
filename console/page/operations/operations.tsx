import './operations.css';
import { setQuery } from '../address.ts';
import { overview } from '../installation.ts';
import { Suspended } from '../parts/suspended.tsx';
import { type PartName, partAddress, partNames, shownPart } from './part.ts';

/** The code of each part, loaded when it is shown. */
const parts = {
  requests: async () => (await import('./requests/requests.tsx')).Requests,
  keys: async () => (await import('./keys/keys.tsx')).KeysPart,
  sources: async () => (await import('./sources/source-browser.tsx')).SourceBrowser,
  usage: async () => (await import('./usage/usage.tsx')).UsagePart,
  doctor: async () => (await import('./doctor/doctor.tsx')).DoctorPart,
} as const;

const names = Object.keys(partNames) as readonly PartName[];

function follow(event: MouseEvent, part: PartName): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { tenant } = Object.fromEntries(new URL(partAddress(part), location.href).searchParams);
  setQuery({ ...nothing(), part, tenant }, 'push');
}

/** The parameters of the part that is left. */
const nothing = (): Readonly<Record<string, undefined>> =>
  Object.fromEntries(
    [...new URLSearchParams(location.search).keys()].map((key) => [key, undefined]),
  );

const PartMenu = () => (
  <nav class="part-menu" aria-label="Operations">
    {names.map((part) => (
      <a
        key={part}
        href={partAddress(part)}
        aria-current={part === shownPart.value ? 'page' : undefined}
        onClick={(event) => follow(event, part)}
      >
        {partNames[part]}
      </a>
    ))}
  </nav>
);

/** What happens in the installation, and what an operator does about it. */
export function OperationsView() {
  return (
    <>
      <h1 class="hidden">Operations</h1>
      <PartMenu />
      {overview.value === undefined ? (
        <div class="skeleton operations-wait" />
      ) : (
        <Suspended name={shownPart.value} load={parts[shownPart.value]} />
      )}
    </>
  );
}
