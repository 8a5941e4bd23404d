// Our tests do not run this. .NET 8: `dotnet new console`, replace Program.cs with this file, `dotnet run`.
// In Tokenkeep: Tools, Connect tool. Its three lines go into the environment.
// The protocol is docs/socket-protocol.md. A client in another language can test itself with tests/vectors/socket.
using System.IO.Pipes;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

using var keep = await Tokenkeep.ConnectAsync(
    Setting("TOKENKEEP_ENDPOINT"), Setting("TOKENKEEP_CLIENT"), Setting("TOKENKEEP_KEY"));
var token = await keep.AskAsync("token.get", new JsonObject { ["min_valid"] = 300 });
Console.WriteLine($"I am {token["login"]}");

using var http = new HttpClient { BaseAddress = new Uri("https://api.twitch.tv/helix/") };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)token["access_token"]);
http.DefaultRequestHeaders.Add("Client-Id", (string?)token["client_id"]);
var channel = JsonNode.Parse(await http.GetStringAsync($"channels?broadcaster_id={token["user_id"]}"));
Console.WriteLine($"Title: {channel?["data"]?[0]?["title"]}");

/// <summary>Code is stable: decide by it. The message is for people.</summary>
public sealed class TokenkeepException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>One connection, one request at a time. Uses nothing from a server that has not proved that it is Tokenkeep.</summary>
public sealed class Tokenkeep : IDisposable
{
    private readonly Stream _stream;
    private readonly StreamReader _reader;
    private int _id;

    private Tokenkeep(Stream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream, new UTF8Encoding(false));
    }

    public static async Task<Tokenkeep> ConnectAsync(string endpoint, string client, string key)
    {
        var keep = new Tokenkeep(await OpenAsync(endpoint));
        try
        {
            var greeting = await keep.ReadAsync();
            if ((int?)greeting["tokenkeep"] != 1) throw Stranger();
            var challenge = (string?)greeting["challenge"] ?? throw Stranger();
            var nonce = Base64Url(RandomNumberGenerator.GetBytes(32));
            string Proof(string role) => Base64Url(HMACSHA256.HashData(
                FromBase64Url(key),
                Encoding.UTF8.GetBytes(string.Join('\n', $"tokenkeep/1 {role}", endpoint, challenge, client, nonce))));

            var answer = await keep.AskAsync("auth", new JsonObject
            {
                ["client"] = client, ["nonce"] = nonce, ["proof"] = Proof("client"),
            });
            var found = Encoding.UTF8.GetBytes((string?)answer["proof"] ?? "");
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Proof("server")), found)) throw Stranger();
            return keep;
        }
        catch
        {
            keep.Dispose();
            throw;
        }
    }

    public async Task<JsonObject> AskAsync(string method, JsonObject? parameters = null)
    {
        var id = ++_id;
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method };
        if (parameters is not null) request["params"] = parameters;
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToJsonString() + "\n"));
        await _stream.FlushAsync();
        while (true)
        {
            var message = await ReadAsync();
            if (message["method"] is not null) continue; // a notification: this client does not watch
            if (message["error"] is JsonObject error)
                throw new TokenkeepException((string?)error["data"]?["code"] ?? "internal", (string?)error["message"] ?? "");
            if ((int?)message["id"] == id) return message["result"] as JsonObject ?? throw Stranger();
        }
    }

    public void Dispose() => _stream.Dispose();

    private static async Task<Stream> OpenAsync(string endpoint)
    {
        const string Pipes = @"\\.\pipe\";
        if (endpoint.StartsWith(Pipes, StringComparison.Ordinal))
        {
            var pipe = new NamedPipeClientStream(".", endpoint[Pipes.Length..], PipeDirection.InOut, PipeOptions.Asynchronous);
            await pipe.ConnectAsync(5_000);
            return pipe;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<JsonObject> ReadAsync()
    {
        var line = await _reader.ReadLineAsync() ?? throw new TokenkeepException("disconnected", "The connection has ended.");
        try
        {
            return JsonNode.Parse(line) as JsonObject ?? throw Stranger();
        }
        catch (JsonException)
        {
            throw Stranger();
        }
    }

    private static TokenkeepException Stranger() => new("not_tokenkeep", "What listens there cannot prove that it is Tokenkeep.");
    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    private static byte[] FromBase64Url(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
