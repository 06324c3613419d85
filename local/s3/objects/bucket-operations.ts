import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { type BucketCall, type Call, missingKeyError, type ObjectCall } from '../wire/call.ts';
import { S3Error } from '../wire/s3-error.ts';
import { element, textElement, xmlDocument } from '../wire/xml.ts';
import { ownerElement } from './owner.ts';

/** ListBuckets. */
export async function listBuckets(call: Call): Promise<Answer> {
  const buckets = call.store.buckets().map(({ name, createdAt }) => {
    return element(
      'Bucket',
      textElement('Name', name),
      textElement('CreationDate', createdAt.toISOString()),
    );
  });
  const list = element('Buckets', ...buckets);
  return xmlAnswer(xmlDocument('ListAllMyBucketsResult', ownerElement('Owner'), list));
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

/** CreateBucket of a bucket that exists. As in S3, its owner may repeat it in us-east-1 only. */
export async function createBucket(call: BucketCall): Promise<Answer> {
  if (call.region !== 'us-east-1') throw new S3Error('BucketAlreadyOwnedByYou');
  return { status: 200, headers: { location: `/${call.bucket.name}` } };
}

/** GetBucketVersioning. The local buckets keep no versions, which is an empty document. */
export async function getBucketVersioning(): Promise<Answer> {
  return xmlAnswer(xmlDocument('VersioningConfiguration'));
}

/** GetObjectAcl. */
export async function getObjectAcl(call: ObjectCall): Promise<Answer> {
  if (call.bucket.index.get(call.key) === undefined) throw missingKeyError(call, call.bucket.name);
  return getBucketAcl();
}

/** GetBucketAcl. The deployed buckets have no ACLs, so the owner has full control. */
export async function getBucketAcl(): Promise<Answer> {
  const instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const grantee = ownerElement(`Grantee ${instance} xsi:type="CanonicalUser"`);
  const grant = element('Grant', grantee, textElement('Permission', 'FULL_CONTROL'));
  const list = element('AccessControlList', grant);
  return xmlAnswer(xmlDocument('AccessControlPolicy', ownerElement('Owner'), list));
}
