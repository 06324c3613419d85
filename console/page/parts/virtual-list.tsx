import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type VirtualListProps<T> = {
  readonly items: readonly T[];
  /** In pixels. All rows have it. */
  readonly rowHeight: number;
  readonly height: string;
  readonly label: string;
  /** Identifies a row, so that the focus stays on it when others come or go. By default, its position. */
  readonly keyOf?: (item: T) => string;
  readonly render: (item: T, index: number) => ComponentChildren;
};

/** Rows above and below what is seen, so that scrolling shows no gaps. */
const spare = 8;

/** A list of any length, of which only what is seen is in the page. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, height, label, keyOf, render } = props;
  const element = useRef<HTMLDivElement>(null);
  const seen = useSignal({ top: 0, height: 600 });
  const measure = (): void => {
    const found = element.current;
    if (found !== null) seen.value = { top: found.scrollTop, height: found.clientHeight };
  };
  useEffect(measure, []);
  const first = Math.max(0, Math.floor(seen.value.top / rowHeight) - spare);
  const count = Math.ceil(seen.value.height / rowHeight) + 2 * spare;
  return (
    <section
      ref={element}
      class="virtual"
      style={{ height }}
      onScroll={measure}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <ol class="whole" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, first + count).map((item, index) => (
          <li
            key={keyOf?.(item) ?? first + index}
            style={{ top: `${(first + index) * rowHeight}px`, height: `${rowHeight}px` }}
          >
            {render(item, first + index)}
          </li>
        ))}
      </ol>
    </section>
  );
}
