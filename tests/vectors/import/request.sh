curl -X GET 'https://api.example.com/users' \
  -H 'Authorization: Bearer inventedaccesstoken00000000001' \
  -H 'Client-Id: inventedclientid00000000000001'
curl -H "Authorization: OAuth inventedaccesstoken00000000002" https://id.example.com/oauth2/validate
