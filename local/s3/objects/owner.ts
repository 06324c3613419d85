import { textElement } from '../wire/xml.ts';

/** The account that owns every bucket and object, as an element with this name and its attributes. */
export function ownerElement(opening: string): string {
  const inner = [textElement('ID', 'signet'), textElement('DisplayName', 'signet')].join('');
  return `<${opening}>${inner}</${opening.split(' ', 1)[0]}>`;
}
