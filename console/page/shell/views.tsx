import type { ComponentType } from 'preact';

/** A view: its name in the menu, and how its code is loaded when it is first shown. */
export type ShellView = {
  readonly name: string;
  readonly load: () => Promise<ComponentType>;
};

/** All views by the first part of their address. */
export const views: Readonly<Record<string, ShellView>> = {
  '': {
    name: 'Playground',
    load: async () => (await import('../playground/playground.tsx')).Playground,
  },
  urls: {
    name: 'URL doctor',
    load: async () => (await import('../url-doctor/url-doctor.tsx')).UrlDoctor,
  },
  policies: {
    name: 'Policies',
    load: async () => (await import('../policies/policies.tsx')).PoliciesView,
  },
  operations: {
    name: 'Operations',
    load: async () => (await import('../operations/operations.tsx')).OperationsView,
  },
};
