-- OBS Studio on Linux (Tools, Scripts): logs which account Tokenkeep has for it, and writes its name into a text source.
-- In Tokenkeep: Tools, Connect tool. Its three lines go into the three fields of this script.
--
-- The script contains the whole protocol (docs/socket-protocol.md), because OBS' Lua has neither sockets nor HMAC. It runs in
-- OBS' own thread, so nothing waits for more than a second.
obs = obslua
local ffi = require("ffi")
local bit = require("bit")

ffi.cdef [[
  struct tk_address { unsigned short family; char path[108]; };
  struct tk_time { long sec; long usec; };
  int socket(int domain, int type, int protocol);
  int connect(int fd, const struct tk_address *address, unsigned int length);
  int setsockopt(int fd, int level, int name, const void *value, unsigned int length);
  long read(int fd, void *buffer, size_t count);
  long send(int fd, const void *buffer, size_t count, int flags);
  int close(int fd);
]]
local AF_UNIX, SOCK_STREAM, SOL_SOCKET, SO_RCVTIMEO, SO_SNDTIMEO, MSG_NOSIGNAL = 1, 1, 1, 20, 21, 0x4000
local EVERY_MS = 60000

-- SHA-256 (FIPS 180-4) and HMAC (RFC 2104) ---------------------------------------------------------------------------
local band, bor, bxor, bnot, ror, rshift = bit.band, bit.bor, bit.bxor, bit.bnot, bit.ror, bit.rshift
local K, START = {}, {}
do -- the first 32 bits of the fractional parts of cube and square roots of the first primes
  local function fraction(root) return bit.tobit(math.floor((root - math.floor(root)) * 4294967296)) end
  local number, count = 2, 0
  while count < 64 do
    local prime = true
    for divisor = 2, math.floor(math.sqrt(number)) do
      if number % divisor == 0 then prime = false break end
    end
    if prime then
      count = count + 1
      -- Newton's step corrects the last bit, which pow() can get wrong.
      local root = number ^ (1 / 3)
      root = root - (root * root * root - number) / (3 * root * root)
      K[count] = fraction(root)
      if count <= 8 then START[count] = fraction(math.sqrt(number)) end
    end
    number = number + 1
  end
end

local function word(number)
  return string.char(band(rshift(number, 24), 255), band(rshift(number, 16), 255), band(rshift(number, 8), 255), band(number, 255))
end

local function sha256(text)
  local length = #text
  text = text .. "\128" .. string.rep("\0", (55 - length) % 64) .. word(0) .. word(length * 8)
  local h = { unpack(START) }
  local w = {}
  for block = 1, #text, 64 do
    for i = 1, 16 do
      local a, b, c, d = text:byte(block + i * 4 - 4, block + i * 4 - 1)
      w[i] = bor(bit.lshift(a, 24), bit.lshift(b, 16), bit.lshift(c, 8), d)
    end
    for i = 17, 64 do
      local x, y = w[i - 15], w[i - 2]
      local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
      local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
      w[i] = bit.tobit(w[i - 16] + s0 + w[i - 7] + s1)
    end
    local a, b, c, d, e, f, g, z = unpack(h)
    for i = 1, 64 do
      local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
      local t1 = z + s1 + bxor(band(e, f), band(bnot(e), g)) + K[i] + w[i]
      local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
      local t2 = s0 + bxor(band(a, b), band(a, c), band(b, c))
      z, g, f, e, d, c, b, a = g, f, e, bit.tobit(d + t1), c, b, a, bit.tobit(t1 + t2)
    end
    for i, value in ipairs({ a, b, c, d, e, f, g, z }) do h[i] = bit.tobit(h[i] + value) end
  end
  for i = 1, 8 do h[i] = word(h[i]) end
  return table.concat(h)
end

local function hmac(key, text)
  key = key .. string.rep("\0", 64 - #key) -- ours is 32 bytes
  local function masked(mask)
    return (key:gsub(".", function(byte) return string.char(bxor(byte:byte(), mask)) end))
  end
  return sha256(masked(0x5c) .. sha256(masked(0x36) .. text))
end

-- base64url without padding (RFC 4648 §5) ----------------------------------------------------------------------------
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local function encode(bytes)
  local text = {}
  for at = 1, #bytes, 3 do
    local a, b, c = bytes:byte(at, at + 2)
    local number = a * 65536 + (b or 0) * 256 + (c or 0)
    for place = 3, c and 0 or (b and 1 or 2), -1 do
      local index = math.floor(number / 64 ^ place) % 64 + 1
      text[#text + 1] = ALPHABET:sub(index, index)
    end
  end
  return table.concat(text)
end
local function decode(text)
  local bytes, number, bits = {}, 0, 0
  for letter in text:gmatch("[%w_-]") do
    number = number * 64 + ALPHABET:find(letter, 1, true) - 1
    bits = bits + 6
    if bits >= 8 then
      bits = bits - 8
      bytes[#bytes + 1] = string.char(math.floor(number / 2 ^ bits) % 256)
      number = number % 2 ^ bits
    end
  end
  return table.concat(bytes)
end

-- The socket ---------------------------------------------------------------------------------------------------------
local function open(path)
  if #path > 107 then error("the path of the socket is too long") end
  local fd = ffi.C.socket(AF_UNIX, SOCK_STREAM, 0)
  local limit = ffi.new("struct tk_time", { 1, 0 })
  ffi.C.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, limit, ffi.sizeof(limit))
  ffi.C.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, limit, ffi.sizeof(limit))
  local address = ffi.new("struct tk_address", { AF_UNIX, path })
  if ffi.C.connect(fd, address, ffi.sizeof(address)) ~= 0 then
    ffi.C.close(fd)
    error("Tokenkeep is not running")
  end
  return fd
end

local function reader(fd)
  local rest, buffer = "", ffi.new("char[4096]")
  return function()
    while true do
      local line, more = rest:match("^([^\n]*)\n(.*)$")
      if line then
        rest = more
        return line
      end
      local count = tonumber(ffi.C.read(fd, buffer, 4096))
      if count <= 0 then error("Tokenkeep did not answer") end
      rest = rest .. ffi.string(buffer, count)
      if #rest > 65536 then error("this is not Tokenkeep") end
    end
  end
end

--- Reads values of one line of JSON with OBS' own parser: `get("result", "login")`.
local function parsed(line)
  local data = obs.obs_data_create_from_json(line)
  if data == nil then error("this is not Tokenkeep") end
  local function get(first, second)
    if second == nil then return obs.obs_data_get_string(data, first) end
    local inner = obs.obs_data_get_obj(data, first)
    if inner == nil then return "" end
    local value = obs.obs_data_get_string(inner, second)
    obs.obs_data_release(inner)
    return value
  end
  return get, data
end

--- Returns the login of Tokenkeep's token. Raises if there is no token, or if the server is not Tokenkeep.
local function who(endpoint, client, key)
  local fd = open(endpoint)
  local ok, answer = pcall(function()
    local read = reader(fd)
    local greeting, data = parsed(read())
    local version, challenge = obs.obs_data_get_int(data, "tokenkeep"), greeting("challenge")
    obs.obs_data_release(data)
    if version ~= 1 or challenge == "" then error("this is not Tokenkeep") end

    local random = io.open("/dev/urandom", "rb")
    local nonce = encode(random:read(32))
    random:close()
    local function proof(role)
      local lines = { "tokenkeep/1 " .. role, endpoint, challenge, client, nonce }
      return encode(hmac(decode(key), table.concat(lines, "\n")))
    end
    local said = string.format(
      '{"jsonrpc":"2.0","id":1,"method":"auth","params":{"client":"%s","nonce":"%s","proof":"%s"}}\n'
        .. '{"jsonrpc":"2.0","id":2,"method":"token.get","params":{"reason":"OBS"}}\n',
      client, nonce, proof("client"))
    ffi.C.send(fd, said, #said, MSG_NOSIGNAL)

    local proved
    proved, data = parsed(read())
    local theirs, refusal = proved("result", "proof"), proved("error", "message")
    obs.obs_data_release(data)
    if refusal ~= "" then error(refusal) end
    if theirs ~= proof("server") then error("this is not Tokenkeep") end

    local token
    token, data = parsed(read())
    local login, failure = token("result", "login"), token("error", "message")
    obs.obs_data_release(data)
    if failure ~= "" then error(failure) end
    return login -- beside it stand access_token, client_id, user_id, scopes, expires_at
  end)
  ffi.C.close(fd)
  if not ok then error(answer, 0) end
  return answer
end

-- OBS ----------------------------------------------------------------------------------------------------------------
local values = {}

function script_description()
  return "Logs which account Tokenkeep has for it, and writes its name into a text source."
end

function script_properties()
  local properties = obs.obs_properties_create()
  obs.obs_properties_add_text(properties, "endpoint", "TOKENKEEP_ENDPOINT", obs.OBS_TEXT_DEFAULT)
  obs.obs_properties_add_text(properties, "client", "TOKENKEEP_CLIENT", obs.OBS_TEXT_DEFAULT)
  obs.obs_properties_add_text(properties, "key", "TOKENKEEP_KEY", obs.OBS_TEXT_PASSWORD)
  obs.obs_properties_add_text(properties, "source", "Text source", obs.OBS_TEXT_DEFAULT)
  return properties
end

local function ask()
  if values.key == "" then return end
  local ok, answer = pcall(who, values.endpoint, values.client, values.key)
  if not ok then
    obs.script_log(obs.LOG_WARNING, "No token: " .. tostring(answer))
    return
  end
  obs.script_log(obs.LOG_INFO, "I am " .. answer)
  local source = obs.obs_get_source_by_name(values.source)
  if source ~= nil then
    local settings = obs.obs_data_create()
    obs.obs_data_set_string(settings, "text", answer)
    obs.obs_source_update(source, settings)
    obs.obs_data_release(settings)
    obs.obs_source_release(source)
  end
end

function script_update(settings)
  for _, name in ipairs({ "endpoint", "client", "key", "source" }) do
    values[name] = obs.obs_data_get_string(settings, name)
  end
  ask()
end

function script_load(_)
  obs.timer_add(ask, EVERY_MS)
end
