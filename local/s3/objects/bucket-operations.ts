import { type Answer, xmlAnswer } from '../wire/answer.ts';
import type { BucketCall, Call } from '../wire/call.ts';
import { branch, leaf, xmlDocument } from '../wire/xml.ts';

/** ListBuckets. */
export async function listBuckets(call: Call): Promise<Answer> {
  const buckets = call.store.buckets().map(({ name, createdAt }) => {
    return branch('Bucket', leaf('Name', name), leaf('CreationDate', createdAt.toISOString()));
  });
  const owner = branch('Owner', leaf('ID', 'signet'), leaf('DisplayName', 'signet'));
  return xmlAnswer(xmlDocument('ListAllMyBucketsResult', owner, branch('Buckets', ...buckets)));
}

/** HeadBucket. */
export async function headBucket(call: BucketCall): Promise<Answer> {
  return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
}

/** GetBucketLocation; us-east-1 is answered as an empty element, as S3 does. */
export async function getBucketLocation(call: BucketCall): Promise<Answer> {
  const region = call.region === 'us-east-1' ? '' : call.region;
  return xmlAnswer(xmlDocument('LocationConstraint', region));
}
