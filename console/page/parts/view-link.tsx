import type { ComponentChildren } from 'preact';
import { goTo, viewAddress } from '../address.ts';

type ViewLinkProps = {
  readonly view: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly current?: boolean;
  readonly look?: string;
  readonly children: ComponentChildren;
};

/** A link to a view. A click with a modifier opens a tab, as on any link. */
export const ViewLink = ({ view, query = {}, current, look, children }: ViewLinkProps) => (
  <a
    class={look}
    href={viewAddress(view, query)}
    aria-current={current === true ? 'page' : undefined}
    onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      goTo(view, query);
    }}
  >
    {children}
  </a>
);
