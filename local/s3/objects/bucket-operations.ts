import { type Answer, xmlAnswer } from '../wire/answer.ts';
import type { BucketCall, Call } from '../wire/call.ts';
import { element, textElement, xmlDocument } from '../wire/xml.ts';

/** ListBuckets. */
export async function listBuckets(call: Call): Promise<Answer> {
  const buckets = call.store.buckets().map(({ name, createdAt }) => {
    return element(
      'Bucket',
      textElement('Name', name),
      textElement('CreationDate', createdAt.toISOString()),
    );
  });
  const owner = element('Owner', textElement('ID', 'signet'), textElement('DisplayName', 'signet'));
  return xmlAnswer(xmlDocument('ListAllMyBucketsResult', owner, element('Buckets', ...buckets)));
}

/** HeadBucket. */
export async function headBucket(call: BucketCall): Promise<Answer> {
  return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
}

/** GetBucketLocation. As in S3, us-east-1 is an empty element. */
export async function getBucketLocation(call: BucketCall): Promise<Answer> {
  const region = call.region === 'us-east-1' ? '' : call.region;
  return xmlAnswer(xmlDocument('LocationConstraint', region));
}
