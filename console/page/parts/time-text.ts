/** A time as people read it: `2026-08-01 12:30 UTC`. */
export const printTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

const day = 86_400_000;

/** How long ago a time is: `3 days ago`. */
export function printAge(iso: string, now: number): string {
  const past = Math.max(0, now - Date.parse(iso));
  const days = Math.floor(past / day);
  if (days > 0) return days === 1 ? 'a day ago' : `${days} days ago`;
  const hours = Math.floor(past / 3_600_000);
  if (hours > 0) return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  const minutes = Math.floor(past / 60_000);
  if (minutes > 0) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  return 'just now';
}
