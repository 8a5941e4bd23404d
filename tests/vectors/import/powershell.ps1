# tokens of the bot's account
$env:TWITCH_ACCESS_TOKEN = "inventedaccesstoken00000000001"
$env:TWITCH_REFRESH_TOKEN = 'inventedrefreshtoken000000000000000000000000000001'
[Environment]::SetEnvironmentVariable("STREAMER_ACCESS_TOKEN", "inventedaccesstoken00000000002", "User")
[System.Environment]::SetEnvironmentVariable('STREAMER_REFRESH_TOKEN', 'inventedrefreshtoken000000000000000000000000000002', [System.EnvironmentVariableTarget]::User)
Set-Item -Path Env:GUEST_TOKEN -Value "inventedaccesstoken00000000003"
Set-Item Env:\OTHER_TOKEN 'inventedaccesstoken00000000004'
