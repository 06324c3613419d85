import { type HeaderLine, headerValue, withoutHeaders } from '../header-map.ts';

/** The header CacheTagConfig names, and the form in which S3 returns it from an object's metadata. */
const tagHeaders = ['cache-tag', 'x-amz-meta-cache-tag'];

/** CloudFront reads no more tags than this on one object. */
const maxTags = 50;

/** The tags of a response, without doubles. */
export function readCacheTags(lines: readonly HeaderLine[]): readonly string[] {
  const listed = tagHeaders.flatMap((name) => (headerValue(lines, name) ?? '').split(','));
  const tags = listed.map((tag) => tag.trim()).filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, maxTags);
}

/** Tags are between the origin and the cache: viewers do not see them. */
export function withoutCacheTags(lines: readonly HeaderLine[]): HeaderLine[] {
  return withoutHeaders(lines, tagHeaders);
}
