import { startS3 } from '../../../local/s3/server.ts';

// A server in a child process that a test can kill at any moment.
const [folder = '', bucket = ''] = process.argv.slice(2);
const server = await startS3({
  folder,
  host: '127.0.0.1',
  port: 0,
  buckets: [bucket],
  identities: [{ accessKeyId: 'signet', secretAccessKey: 'signet-local', allows: () => true }],
});
process.stdout.write(`${server.port}\n`);
