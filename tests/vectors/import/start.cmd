@echo off
rem the bot's tokens
set TWITCH_ACCESS_TOKEN=inventedaccesstoken00000000001
set "TWITCH_REFRESH_TOKEN=inventedrefreshtoken000000000000000000000000000001"
setx GUEST_TOKEN inventedaccesstoken00000000002
setx OTHER_TOKEN "inventedaccesstoken00000000003" /M
