#!/bin/sh
# Writes secrets/: passwords, and the addresses that hold them. What is there already stays as it is.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# The folder keeps others of this machine out. The files in it are read inside containers, by users with other numbers.
chmod 700 secrets
cd secrets

keep() {
  [ -s "$1" ] || cat > "$1"
  chmod 444 "$1"
}

password() {
  [ -s "$1" ] || openssl rand -hex 24 | keep "$1"
}

password postgres_password
password owner_password
password app_password
password redis_password
[ -s linklatch_secret ] || openssl rand -base64 32 | keep linklatch_secret

# In clear within a network that nothing else is in. To a PostgreSQL on another machine: sslmode=verify-full.
echo "postgres://linklatch_owner:$(cat owner_password)@postgres:5432/linklatch?sslmode=disable" | keep owner_url
echo "postgres://linklatch_app:$(cat app_password)@postgres:5432/linklatch?sslmode=disable" | keep app_url
echo "redis://:$(cat redis_password)@valkey:6379" | keep redis_url
keep valkey.conf <<CONF
requirepass $(cat redis_password)
maxmemory 256mb
maxmemory-policy noeviction
save ""
CONF

if [ -s smtp_url ]; then chmod 444 smtp_url; else
  echo "Now write your mail server into secrets/smtp_url: smtps://user:password@mail.example.com:465" >&2
fi
