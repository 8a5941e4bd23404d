// Our tests do not run this. Streamer.bot: a sub-action "Core, C#, Execute C# Code".
// In Tokenkeep: Tools, Connect tool. Its three lines go into global variables of Streamer.bot (it forgets variables that are not
// persisted when it exits): tokenkeepEndpoint, tokenkeepClient, tokenkeepKey. The action sets the arguments %accessToken%,
// %clientId%, %userId% and %login% for the sub-actions after it. Do not write %accessToken% to a log or into chat.
// On Windows the pipe's name changes with each start of Tokenkeep, so the action reads it from endpoint.json if that file exists.
// Streamer.bot compiles for .NET Framework 4.8, so this is older C#, with the Newtonsoft.Json that Streamer.bot includes.
using System;
using System.IO;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;

public class CPHInline
{
    public bool Execute()
    {
        string client = CPH.GetGlobalVar<string>("tokenkeepClient", true);
        string key = CPH.GetGlobalVar<string>("tokenkeepKey", true);
        try
        {
            JObject token = Ask(Endpoint(), client, key);
            CPH.SetArgument("accessToken", (string)token["access_token"]);
            CPH.SetArgument("clientId", (string)token["client_id"]);
            CPH.SetArgument("userId", (string)token["user_id"]);
            CPH.SetArgument("login", (string)token["login"]);
            return true;
        }
        catch (Exception error)
        {
            CPH.LogWarn("Tokenkeep: " + error.Message);
            return false;
        }
    }

    private string Endpoint()
    {
        string file = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), @".local\state\tokenkeep\run\endpoint.json");
        return File.Exists(file)
            ? (string)JObject.Parse(File.ReadAllText(file))["endpoint"]
            : CPH.GetGlobalVar<string>("tokenkeepEndpoint", true);
    }

    private static JObject Ask(string endpoint, string client, string key)
    {
        using (var pipe = new NamedPipeClientStream(".", endpoint.Substring(@"\\.\pipe\".Length), PipeDirection.InOut))
        {
            pipe.Connect(5000);
            var reader = new StreamReader(pipe, new UTF8Encoding(false));
            JObject greeting = JObject.Parse(reader.ReadLine() ?? "{}");
            if ((int?)greeting["tokenkeep"] != 1) throw new Exception("this is not Tokenkeep");

            var random = new byte[32];
            using (var generator = RandomNumberGenerator.Create()) generator.GetBytes(random);
            string nonce = Base64Url(random);
            string values = "\n" + endpoint + "\n" + (string)greeting["challenge"] + "\n" + client + "\n" + nonce;
            Write(pipe, 1, "auth", new JObject { ["client"] = client, ["nonce"] = nonce, ["proof"] = Proof(key, "client", values) });
            string found = (string)Answer(reader)["proof"];
            if (!Same(Proof(key, "server", values), found)) throw new Exception("this is not Tokenkeep");

            Write(pipe, 2, "token.get", new JObject { ["reason"] = "Streamer.bot" });
            return Answer(reader);
        }
    }

    private static void Write(Stream pipe, int id, string method, JObject parameters)
    {
        var request = new JObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        byte[] line = Encoding.UTF8.GetBytes(request.ToString(Newtonsoft.Json.Formatting.None) + "\n");
        pipe.Write(line, 0, line.Length);
        pipe.Flush();
    }

    private static JObject Answer(StreamReader reader)
    {
        string line = reader.ReadLine();
        if (line == null) throw new Exception("the connection has ended");
        JObject message = JObject.Parse(line);
        if (message["error"] != null) throw new Exception((string)message["error"]["message"]);
        return (JObject)message["result"];
    }

    private static string Proof(string key, string role, string values)
    {
        string padded = key.Replace('-', '+').Replace('_', '/').PadRight((key.Length + 3) / 4 * 4, '=');
        using (var hmac = new HMACSHA256(Convert.FromBase64String(padded)))
            return Base64Url(hmac.ComputeHash(Encoding.UTF8.GetBytes("tokenkeep/1 " + role + values)));
    }

    private static string Base64Url(byte[] bytes)
    {
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// Compares in constant time.
    private static bool Same(string expected, string found)
    {
        if (found == null || expected.Length != found.Length) return false;
        int difference = 0;
        for (int i = 0; i < expected.Length; i++) difference |= expected[i] ^ found[i];
        return difference == 0;
    }
}
