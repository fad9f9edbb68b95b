# shellcheck shell=bash disable=SC2016,SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Old releases, which are packed where apps have users of their own. Finds a laptop; the app is its own, and goes.
check archiving needs shipping

archiving() {
  local place=$laptop/shipped releases=/opt/nextdeploy/apps/shipped/releases first
  remote app create shipped >/dev/null
  remote config set shipped keep 1 >/dev/null
  for text in "the first" "the second" "the third"; do
    echo "module.exports = '$text'" >"$place/node_modules/word/index.js"
    ship "$place" >/dev/null
    first=${first:-$(on ls "$releases")}
    one_shipped_left
  done
  passes "a release past keep is packed" until_is 60 yes \
    on sh -c "test -e /opt/nextdeploy/apps/shipped/archive/$first.json && echo yes"
  passes "and nothing of NextDeploy's runs any more" until_is 60 "" on pgrep -f '[p]ack-releases'
  refused "it is not there any more" on test -e "$releases/$first"
  has "releases lists it" "archived, " remote releases shipped
  has "a rollback to it unpacks it" "unpack " remote rollback shipped "$first"
  is "and it answers" "the first" get_shipped
  has "what is exported of it can be shipped" "live: " export_and_ship
  is "and is the same" "the first" get_shipped

  on sh -c 'echo TOKEN=of-nobodys-business | nextdeploy env import shipped - >/dev/null'
  passes "over ssh it comes as a finished image, whole and without a secret" image_over_ssh srv/app/server.js
  passes "the user nextdeploy has it as a folder" \
    on runuser -u nextdeploy -- nextdeploy export shipped --as oci --output /tmp/image
  is "of its own files" nextdeploy on sh -c 'find /tmp/image -printf "%u\n" | sort -u'
  is "that is the same" "$(cd "$laptop/image" && find . -type f -exec sha256sum {} + | sort)" \
    on sh -c 'cd /tmp/image && find . -type f -exec sha256sum {} + | sort'
  rm -r "$place" && mkdir "$place"
  echo '{ "static": "." }' >"$place/nextdeploy.json"
  echo pages >"$place/index.html"
  has "a site of files takes its place" "live: " ship "$place"
  passes "and comes as an image with Caddy" image_over_ssh srv/Caddyfile
  is "nothing of it stays" "" on sh -c 'ls -A /opt/nextdeploy/apps/shipped | grep export.unfinished || true'
  on sh -c 'rm -r /tmp/image && nextdeploy app remove shipped' >/dev/null
}

# image_over_ssh FILE: whether the image that comes is one, and has the file.
image_over_ssh() {
  rm -rf "$laptop/image" && mkdir "$laptop/image"
  remote export shipped --as oci | tar x --zstd -C "$laptop/image" &&
    ! grep -r of-nobodys-business "$laptop/image" &&
    python3 - "$laptop/image" "$1" <<'END'
import hashlib, json, os, sys, tarfile
image, wanted = sys.argv[1:]
used = set()
def blob(told):
    name = told['digest'].removeprefix('sha256:')
    data = open(f'{image}/blobs/sha256/{name}', 'rb').read()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (told['size'], name)
    used.add(name)
    return data
assert json.load(open(f'{image}/oci-layout')) == {'imageLayoutVersion': '1.0.0'}
manifest = json.loads(blob(json.load(open(f'{image}/index.json'))['manifests'][0]))
config = json.loads(blob(manifest['config']))
assert config['rootfs']['diff_ids'] == [layer['digest'] for layer in manifest['layers']]
names = set()
for layer in manifest['layers']:
    blob(layer)
    names.update(tarfile.open(f"{image}/blobs/sha256/{layer['digest'][7:]}").getnames())
assert {wanted, 'usr/bin/env'} <= names, names
assert used == set(os.listdir(f'{image}/blobs/sha256'))
assert sorted(os.listdir(image)) == ['README.md', 'blobs', 'index.json', 'oci-layout']
END
}

# The last release but one is not used any more.
one_shipped_left() { on sh -c 'for _ in $(seq 100); do [ "$(ls /opt/nextdeploy/instances | grep -c shipped:)" -le 1 ] && break; sleep 0.1; done'; }

export_and_ship() {
  remote export shipped >"$laptop/exported.tar.zst"
  timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" laptop ship shipped <"$laptop/exported.tar.zst"
}
