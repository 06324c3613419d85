"""Runs one call of boto3 with its defaults: boto3_calls.py CALL BUCKET KEY [FILE or TARGET]."""

import json
import os
import sys

import boto3
from botocore.config import Config

call, bucket, key, *rest = sys.argv[1:]
s3 = boto3.client("s3")
version_4 = boto3.client("s3", config=Config(signature_version="s3v4"))
at = {"Bucket": bucket, "Key": key}
source = {"CopySource": at, "Bucket": bucket}


def move(target):
    s3.copy(at, bucket, target)
    s3.delete_object(**at)


def sync(folder):
    for parent, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(parent, name)
            s3.upload_file(file, bucket, key + os.path.relpath(file, folder))


calls = {
    "upload": lambda file: s3.upload_file(file, bucket, key),
    "put_object": lambda file: s3.put_object(**at, Body=open(file, "rb")),
    "list": lambda: [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]],
    "download": lambda file: s3.download_file(bucket, key, file),
    "copy": lambda target: s3.copy(at, bucket, target),
    "copy_object": lambda target: s3.copy_object(**source, Key=target)["CopyObjectResult"]["ETag"],
    "move": move,
    "sync": sync,
    "presign": lambda: s3.generate_presigned_url("get_object", Params=at),
    "presign_4": lambda: version_4.generate_presigned_url("get_object", Params=at),
    "presign_put": lambda: version_4.generate_presigned_url("put_object", Params=at),
    "post": lambda: version_4.generate_presigned_post(bucket, key),
    "delete": lambda: s3.delete_object(**at),
}
print(json.dumps(calls[call](*rest), default=str))
