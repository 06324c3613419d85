import { useSignal } from '@preact/signals';
import { call, messageOf } from '../call.ts';
import { Notice } from './notice.tsx';

/* The focal point: the part of a source that a crop with g_focus keeps. */

type Point = { readonly x: number; readonly y: number };

const readFocus = (text: string | undefined): Point => {
  const [x = 50, y = 50] = text === undefined ? [] : text.split(',').map(Number);
  return { x, y };
};

/** Where a click fell, in per cent of the picture. */
function pointOf(event: MouseEvent, element: HTMLElement): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  const part = (distance: number, whole: number): number =>
    Math.min(100, Math.max(0, Math.round((distance / whole) * 100)));
  return { x: part(event.clientX - left, width), y: part(event.clientY - top, height) };
}

const Axis = ({
  name,
  value,
  set,
}: {
  name: string;
  value: number;
  set: (value: number) => void;
}) => (
  <label class="row small">
    <span class="quiet">{name}</span>
    <input
      class="input slim"
      type="number"
      min="0"
      max="100"
      value={value}
      onChange={({ currentTarget }) =>
        set(Math.min(100, Math.max(0, Math.round(Number(currentTarget.value) || 0))))
      }
    />
    %
  </label>
);

type FocusPickerProps = {
  readonly tenant: string;
  readonly path: string;
  /** The address of the picture; undefined while it is read. */
  readonly src: string | undefined;
  /** The stored point, such as `30,70`. */
  readonly focus: string | undefined;
  readonly onStored: () => void;
};

/** Click on the source, or type both numbers. It is stored at once, and the pictures of the source are made anew. */
export function FocusPicker({ tenant, path, src, focus, onStored }: FocusPickerProps) {
  const point = readFocus(focus);
  const said = useSignal<{ readonly text: string; readonly bad: boolean } | undefined>(undefined);
  const store = async ({ x, y }: Point): Promise<void> => {
    try {
      await call('setFocus', { tenant, path, focus: `${x},${y}` });
      said.value = {
        text: `The focal point is ${x},${y}. Use it with resize,m_fill,g_focus.`,
        bad: false,
      };
      onStored();
    } catch (thrown) {
      said.value = { text: messageOf(thrown), bad: true };
    }
  };
  if (src === undefined) return <div class="skeleton fill" />;
  return (
    <div class="focus">
      <button
        type="button"
        class="focus-picture"
        aria-label="The source: click on what a crop has to keep"
        onClick={(event) => {
          // A click by keyboard has no place; the two numbers below are for the keyboard.
          if (event.detail > 0) void store(pointOf(event, event.currentTarget));
        }}
      >
        <img class="focus-source" src={src} alt="" />
        <span class="focus-mark" style={{ left: `${point.x}%`, top: `${point.y}%` }} />
      </button>
      <div class="row focus-numbers">
        <Axis name="From the left" value={point.x} set={(x) => void store({ ...point, x })} />
        <Axis name="From the top" value={point.y} set={(y) => void store({ ...point, y })} />
      </div>
      {said.value && <Notice tone={said.value.bad ? 'bad' : 'good'}>{said.value.text}</Notice>}
    </div>
  );
}
