import {
  awsVariables,
  type ScriptCalls,
  script,
  scriptCalls,
  type Tool,
  type ToolMaker,
  type ToolPlace,
} from './tool.ts';
import { installNpm, installPython } from './tool-packages.ts';

const boto3: ToolMaker = {
  name: 'boto3',
  version: '1.44.8',
  make: (place) => ({
    name: boto3.name,
    environment: { ...awsVariables(place), PYTHONPATH: installPython('boto3', boto3.version) },
    calls: scriptCalls(['python3', script('./boto3_calls.py')], place.bucket, {
      upload: 'upload',
      'upload in one piece': 'put_object',
      list: 'list',
      download: 'download',
      copy: 'copy',
      'copy in one call': 'copy_object',
      move: 'move',
      'presign a download, defaults': 'presign',
      'presign a download': 'presign_4',
      'presign an upload': 'presign_put',
      'sign a POST form': 'post',
      'sync up': 'sync',
      delete: 'delete',
    }),
  }),
};

const minioPython: ToolMaker = {
  name: 'minio for Python',
  version: '7.2.20',
  make: (place) => ({
    name: minioPython.name,
    environment: {
      ...awsVariables(place),
      PYTHONPATH: installPython('minio', minioPython.version),
    },
    calls: scriptCalls(['python3', script('./minio_calls.py')], place.bucket, {
      upload: 'upload',
      'upload a stream': 'stream',
      list: 'list',
      download: 'download',
      copy: 'copy',
      move: 'move',
      'presign a download': 'presign_4',
      'presign an upload': 'presign_put',
      'sign a POST form': 'post',
      delete: 'delete',
    }),
  }),
};

const jsPackages = {
  '@aws-sdk/client-s3': '3.1169.0',
  '@aws-sdk/lib-storage': '3.1169.0',
  '@aws-sdk/s3-presigned-post': '3.1164.0',
  '@aws-sdk/s3-request-presigner': '3.1162.0',
  minio: '8.0.7',
} as const;

const jsTool = (place: ToolPlace, name: string, names: ScriptCalls): Tool => ({
  name,
  environment: { ...awsVariables(place), TOOL_FOLDER: installNpm(jsPackages) },
  calls: scriptCalls([process.execPath, script('./js-calls.mjs')], place.bucket, names),
});

const jsSdk: ToolMaker = {
  name: 'AWS SDK for JavaScript, lib-storage',
  version: jsPackages['@aws-sdk/lib-storage'],
  make: (place) =>
    jsTool(place, jsSdk.name, {
      upload: 'upload',
      'upload in one piece': 'put_object',
      list: 'list',
      download: 'download',
      copy: 'copy',
      move: 'move',
      'presign a download': 'presign_4',
      'presign an upload': 'presign_put',
      'sign a POST form': 'post',
      delete: 'delete',
    }),
};

const minioJs: ToolMaker = {
  name: 'minio for JavaScript',
  version: jsPackages.minio,
  make: (place) =>
    jsTool(place, minioJs.name, {
      upload: 'minio_upload',
      'upload a stream': 'minio_stream',
      list: 'minio_list',
      download: 'minio_download',
      copy: 'minio_copy',
      move: 'minio_move',
      'presign a download': 'minio_presign_4',
      'presign an upload': 'minio_presign_put',
      delete: 'minio_delete',
    }),
};

/** The libraries that programs upload with. */
export const sdkMakers: readonly ToolMaker[] = [boto3, minioPython, minioJs, jsSdk];
