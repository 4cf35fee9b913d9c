#!/bin/bash
# Runs radosgw on a monitor and an in-memory OSD of its own until standard input closes. Prints "ready" when it serves.
# usage: radosgw.sh FOLDER PORT MON_PORT MON_PORT_V1 ACCESS_KEY SECRET_KEY
# FOLDER is empty, and short: a socket's path has 107 bytes at most.
set -euo pipefail
exec 2>&1
trap "" PIPE
export PATH="$PATH:/usr/sbin:/sbin"
folder=$1 port=$2 mon_port=$3 mon_port_v1=$4 access_key=$5 secret_key=$6
cd "$folder"
mkdir mon osd rgw log run

fsid=$(cat /proc/sys/kernel/random/uuid) osd_id=$(cat /proc/sys/kernel/random/uuid)
cat >ceph.conf <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$mon_port,v1:127.0.0.1:$mon_port_v1]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $folder/keyring
run dir = $folder/run
log file = $folder/log/\$name.log
admin socket = $folder/run/\$name.asok
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 6442450944
mon allow pool size one = true
mon data avail warn = 2
mon data avail crit = 1
mon max pg per osd = 10000
# A command to the monitor takes as long as this; with the default, starting takes ten seconds more.
paxos propose interval = 0.02
paxos min wait = 0.01
[mon.a]
mon data = $folder/mon
[osd.0]
osd data = $folder/osd
[client.rgw]
rgw data = $folder/rgw
rgw frontends = beast endpoint=127.0.0.1:$port
rgw dynamic resharding = false
CONF

until_it_works() {
  for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return 0; sleep .05; done
  echo "not in time: $*"
  return 1
}
serve() { "$@" -c ceph.conf -f >"log/$1.out" 2>&1 </dev/null & servers+=($!); }
end() { kill -KILL "${servers[@]}" 2>/dev/null || true; wait; }
servers=()
trap end EXIT

ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
for name in client.admin client.rgw osd.0; do
  ceph-authtool keyring --gen-key -n "$name" --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
done
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port,v1:127.0.0.1:$mon_port_v1]" monmap >/dev/null
ceph-mon -c ceph.conf -i a --mkfs --monmap monmap --keyring keyring
serve ceph-mon -i a
until_it_works ceph -c ceph.conf --connect-timeout 2 osd new "$osd_id"
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd_id" >log/osd.mkfs 2>&1
serve ceph-osd -i 0
radosgw-admin -c ceph.conf user create --uid test --display-name test --access-key "$access_key" --secret "$secret_key" >/dev/null
serve radosgw -n client.rgw
until_it_works bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
echo ready
exec >/dev/null 2>&1
cat
