import { type SourceType, sniff } from '../../operations/image-type.ts';
import { type ForeignType, findForeignType, foreignTypes, toPng } from './foreign-types.ts';

type FileType = Omit<ForeignType, 'recognise'>;

/** What is said of sources where only a PNG will do. */
const sourceFiles: Readonly<Record<SourceType, FileType>> = {
  jpg: { name: 'JPEG', endings: ['jpg', 'jpeg', 'jpe', 'jfif'], remedy: toPng('jpg') },
  png: { name: 'PNG', endings: ['png', 'apng'], remedy: 'upload it as it is' },
  webp: { name: 'WebP', endings: ['webp'], remedy: toPng('webp') },
  gif: { name: 'GIF', endings: ['gif'], remedy: toPng('gif') },
};

const knownEndings: ReadonlySet<string> = new Set(
  [...Object.values(sourceFiles), ...foreignTypes].flatMap(({ endings = [] }) => endings),
);

/** The ending of a name in lower case, if it is that of a known type. */
function endingOf(name: string): string | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return knownEndings.has(ending) ? ending : undefined;
}

function findFileType(file: Uint8Array): FileType | undefined {
  const type = sniff(file);
  return type === undefined ? findForeignType(file) : sourceFiles[type];
}

/**
 * Says what a file is that is not of a wanted type, and what to do: one sentence without a full stop. `subject`
 * is what the sentence calls the file. `name` is its file name or path, which is mentioned if its ending says
 * something else than its bytes.
 */
export function describeForeign(
  subject: string,
  file: Uint8Array,
  name: string,
  wanted = 'a JPEG, PNG, WebP or GIF',
): string {
  const type = findFileType(file);
  if (type === undefined) return `${subject} is not ${wanted}`;
  const ending = endingOf(name);
  const isLie = ending !== undefined && type.endings?.includes(ending) === false;
  const what = isLie ? `is named .${ending}, but is ${type.name}` : `is ${type.name}`;
  return `${subject} ${what}, not ${wanted}; ${type.remedy}`;
}
