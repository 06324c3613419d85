import { computed } from '@preact/signals';
import { address, viewAddress } from '../address.ts';
import { overview } from '../installation.ts';

/* Which part of the view is shown, and for which tenant. Both are in the address of the page. */

export const partNames = {
  requests: 'Requests',
  keys: 'Keys',
  sources: 'Sources',
  usage: 'Usage',
  doctor: 'Doctor',
} as const;

export type PartName = keyof typeof partNames;

const isPart = (text: string): text is PartName => Object.hasOwn(partNames, text);

export const shownPart = computed((): PartName => {
  const asked = address.value.query.get('part') ?? '';
  return isPart(asked) ? asked : 'requests';
});

/** The tenant in the address; empty if it names none that exists. */
export const namedTenant = computed(() => {
  const asked = address.value.query.get('tenant') ?? '';
  return overview.value?.tenants.includes(asked) === true ? asked : '';
});

/** The tenant in the address, or the first one. */
export const tenantOfPart = computed(() => namedTenant.value || (overview.value?.tenants[0] ?? ''));

/** A parameter of the address. */
export const queryText = (name: string): string => address.value.query.get(name) ?? '';

/** The address of a part, with the tenant kept. */
export const partAddress = (part: PartName): string =>
  viewAddress('operations', { part, tenant: namedTenant.value });

/** Whether the console works on a stack on AWS. */
export const isDeployed = computed(() => overview.value?.target.startsWith('aws:') === true);
