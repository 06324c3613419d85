import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, type ChangeSpec, EditorState, type Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { effect } from '@preact/signals';
import { policyWarnings } from '../../../../shared/policy/warnings.ts';
import type { Draft } from '../draft/draft.ts';
import { visible } from '../words.ts';
import { editorTheme } from './editor-theme.ts';
import { locateIssues } from './locate-issues.ts';

/* CodeMirror in a shadow root, where it needs no style element in the page. */

export type JsonEditor = {
  /** Puts the cursor at a place and shows it. */
  readonly show: (offset: number) => void;
  readonly stop: () => void;
};

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
]);

/** Marks a change that came from the draft, so that it is not sent back. */
const fromDraft = Annotation.define<true>();

/** The smallest change from one text to another. */
export function changeBetween(before: string, after: string): ChangeSpec {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

const extensionsFor = (onChange: (text: Text) => void) => [
  ...[lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection()],
  ...[indentOnInput(), bracketMatching(), highlightActiveLine(), highlightSpecialChars()],
  ...[json(), syntaxHighlighting(colours), editorTheme, EditorView.lineWrapping],
  EditorState.tabSize.of(2),
  EditorView.contentAttributes.of({ 'aria-label': 'The policy as JSON', tabindex: '0' }),
  // Tab is left to the browser: who has no mouse must be able to go on.
  keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
  EditorView.updateListener.of(({ docChanged, state, transactions }) => {
    const isOwn = transactions.some((one) => one.annotation(fromDraft) === true);
    if (docChanged && !isOwn) onChange(state.doc);
  }),
];

/** Shows what the validator says about the text that it has judged. */
function diagnose(view: EditorView, draft: Draft): void {
  const verdict = draft.verdict.value;
  const text = draft.settled.value;
  if (view.state.doc.toString() !== text) return;
  const warnings = 'policy' in verdict ? policyWarnings(verdict.policy, Date.now()) : [];
  const found = [
    ...locateIssues(text, verdict.issues).map((one) => ({ ...one, severity: 'error' as const })),
    ...locateIssues(text, warnings).map((one) => ({ ...one, severity: 'warning' as const })),
  ];
  const diagnostics = found.map(({ from, to, severity, message }) => ({
    ...{ from, to, severity, message: visible(message) },
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** Shows the draft in an element. Both follow each other. */
export function mountJsonEditor(host: HTMLElement, draft: Draft): JsonEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    doc: draft.text.peek(),
    extensions: extensionsFor((text) => {
      draft.text.value = text.toString();
    }),
  });
  const stopText = effect(() => {
    const [shown, text] = [view.state.doc.toString(), draft.text.value];
    if (shown !== text)
      view.dispatch({ changes: changeBetween(shown, text), annotations: fromDraft.of(true) });
  });
  const stopIssues = effect(() => diagnose(view, draft));
  return {
    show: (offset) => {
      const anchor = Math.min(offset, view.state.doc.length);
      view.dispatch({ selection: { anchor }, scrollIntoView: true });
      view.focus();
    },
    stop: () => {
      stopText();
      stopIssues();
      view.destroy();
    },
  };
}
