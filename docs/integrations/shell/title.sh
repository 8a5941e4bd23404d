#!/bin/sh
# Prints the title of your channel. Needs curl, and `tokenkeep pair` once.
# The token goes through a pipe and the environment, never through an argument, which every user of the computer can read.
set -eu
api=${API:-https://api.twitch.tv/helix}

# The account: the only one of this command line, or the one that the first argument names.
id=$(tokenkeep token ${1:+--account "$1"} --format env | sed -n 's/^USER_ID=//p')

tokenkeep token ${1:+--account "$1"} --min-valid 1m --format header |
  curl --silent --show-error --fail --write-out "\n" --header @- "$api/channels?broadcaster_id=$id" |
  sed -n 's/.*"title":"\([^"]*\)".*/\1/p'
