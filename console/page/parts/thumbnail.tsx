import { useSignal } from '@preact/signals';

type ThumbnailProps = { readonly tenant: string; readonly path: string; readonly width?: number };

/** A small picture of a source. Where the policy allows none, its place stays. */
export function Thumbnail({ tenant, path, width = 96 }: ThumbnailProps) {
  const failed = useSignal<string | undefined>(undefined);
  const query = new URLSearchParams({ tenant, path, width: String(width) });
  const src = `/picture/thumbnail?${query}`;
  if (failed.value === src) return <span class="thumbnail missing" aria-hidden="true" />;
  return (
    <img
      class="thumbnail"
      src={src}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => {
        failed.value = src;
      }}
    />
  );
}
