"""Runs one call of MinIO's client with its defaults: minio_calls.py CALL BUCKET KEY [FILE or TARGET]."""

import io
import json
import os
import sys
from datetime import datetime, timedelta, timezone

from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import PostPolicy

call, bucket, key, *rest = sys.argv[1:]
host = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
client = Minio(
    host,
    access_key=os.environ["AWS_ACCESS_KEY_ID"],
    secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    secure=False,
)


def move(target):
    client.copy_object(bucket, target, CopySource(bucket, key))
    client.remove_object(bucket, key)


def post():
    policy = PostPolicy(bucket, datetime.now(timezone.utc) + timedelta(hours=1))
    policy.add_equals_condition("key", key)
    fields = client.presigned_post_policy(policy)
    return {"url": f"http://{host}/{bucket}", "fields": {**fields, "key": key}}


calls = {
    "upload": lambda file: client.fput_object(bucket, key, file).etag,
    "stream": lambda file: client.put_object(
        bucket, key, io.BytesIO(open(file, "rb").read()), -1, part_size=10 << 20
    ).etag,
    "list": lambda: [one.object_name for one in client.list_objects(bucket, key, recursive=True)],
    "download": lambda file: client.fget_object(bucket, key, file).etag,
    "copy": lambda target: client.copy_object(bucket, target, CopySource(bucket, key)).etag,
    "move": move,
    "presign_4": lambda: client.presigned_get_object(bucket, key),
    "presign_put": lambda: client.presigned_put_object(bucket, key),
    "post": post,
    "delete": lambda: client.remove_object(bucket, key),
}
print(json.dumps(calls[call](*rest)))
