import type { ComponentType } from 'preact';

/** A view: its name in the menu, and how its code is loaded when it is first shown. */
export type View = {
  readonly name: string;
  readonly load: () => Promise<ComponentType>;
};

/** All views by the first part of their address. */
export const views: Readonly<Record<string, View>> = {
  '': {
    name: 'Playground',
    load: async () => (await import('../playground/playground.tsx')).Playground,
  },
  policies: {
    name: 'Policies',
    load: async () => (await import('../policies/policies.tsx')).PoliciesView,
  },
};
