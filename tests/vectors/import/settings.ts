const client = { accessToken: 'inventedaccesstoken00000000001', refreshToken: `inventedrefreshtoken000000000000000000000000000001` } as const;
const token: string = "inventedaccesstoken00000000002";
const other = process.env.TWITCH_ACCESS_TOKEN_OF_ANOTHER;
