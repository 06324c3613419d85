import { type HeaderLine, headerValue, withoutHeaders } from '../header-map.ts';

/** The header in CacheTagConfig, and the name under which S3 returns it from metadata. */
const tagHeaders = ['cache-tag', 'x-amz-meta-cache-tag'];

/** CloudFront reads at most this many tags per object. */
const maxTags = 50;

/** The cache tags of a response, without duplicates. */
export function readCacheTags(lines: readonly HeaderLine[]): readonly string[] {
  const listed = tagHeaders.flatMap((name) => (headerValue(lines, name) ?? '').split(','));
  const tags = listed.map((tag) => tag.trim()).filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, maxTags);
}

/** Removes the cache tags, which viewers do not see. */
export function withoutCacheTags(lines: readonly HeaderLine[]): HeaderLine[] {
  return withoutHeaders(lines, tagHeaders);
}
