# Sourced by deploy/quickstart. The demo's own S3 service for --store s3: a small Ceph with its gateway.
# shellcheck shell=bash

s3_bucket=walstow-demo

gateway() { "${as_owner[@]}" bash "$source_folder/tests/support/ceph-rgw" "$1" "$demo/s3" "${@:2}"; }

# Exports the settings that every program needs for its requests: walstowd, and the local link's stores.
start_gateway() {
  # Its daemons keep the streams of the process that starts them.
  gateway start >log/s3.log 2>&1 || die "the S3 service did not start: $(tail -n 2 log/s3.log)"
  AWS_ENDPOINT_URL=$(sed -n 's/^S3_ENDPOINT=//p' log/s3.log)
  AWS_ACCESS_KEY_ID=$(sed -n 's/^S3_ACCESS_KEY=//p' log/s3.log)
  AWS_SECRET_ACCESS_KEY=$(sed -n 's/^S3_SECRET_KEY=//p' log/s3.log)
  export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION=default
  ask_s3 "" -X PUT
  printf 'Ceph serves the bucket "%s" on %s\n' "$s3_bucket" "$AWS_ENDPOINT_URL"
}

stop_gateway() {
  [[ ! -d $demo/s3 ]] || gateway stop >/dev/null 2>&1 || true
}

# ask_s3 /KEY OPTION...: sends one request by curl; "" is the bucket. Ceph needs the header, and curl does not add it.
ask_s3() {
  curl --silent --show-error --fail --aws-sigv4 "aws:amz:default:s3" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    --config - "${@:2}" "$AWS_ENDPOINT_URL/$s3_bucket$1" <<<"user = \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\""
}

# Copies the bucket's objects to files below $demo/archive, as "aws s3 sync" or rclone would.
copy_bucket() {
  headline "The bucket, copied to a folder without walstow"
  local key
  while read -r key; do
    owned mkdir -p "archive/$(dirname "$key")"
    ask_s3 "/demo/$key" | owned tee "archive/$key" >/dev/null
  done < <("${as_owner[@]}" radosgw-admin -c "$demo/s3/ceph.conf" -n client.rgw bucket list \
    --bucket="$s3_bucket" --max-entries=100000 2>/dev/null | sed -n 's|^ *"name": "demo/\(.*\)",$|\1|p')
  printf '%s objects and records\n' "$(find archive -type f | wc -l)"
}
