import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  type AwsAccess,
  clientOptions,
  type Patience,
  portFailure,
} from '../shared/adapters/aws-client.ts';

/** Sends messages to a queue, with a delay in seconds (at most 900). */
export function queueSender(access: AwsAccess, patience: Patience, queueUrl: string) {
  const client = new SQSClient(clientOptions(access, patience));
  return async (body: string, seconds: number): Promise<void> => {
    const asked = { QueueUrl: queueUrl, MessageBody: body, DelaySeconds: seconds };
    await client.send(new SendMessageCommand(asked)).catch((thrown: unknown) => {
      throw portFailure('SQS message', thrown);
    });
  };
}
