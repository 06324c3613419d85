import { proves } from '../../../proof/proves.ts';
import './tools.test.ts';

proves({
  claim:
    'boto3, both aws CLIs, rclone, s3cmd, the AWS SDK for JavaScript and the clients of MinIO upload, list, copy, move, sync, presign and delete pictures of 1 kB, 9 MB and 40 MB with their defaults, and the CDN serves the pictures.',
  unit: 'calls',
});
