#!/usr/bin/perl
# A client of tokenkeep/1, written from socket-protocol.md ("§" below is a section of it). Core modules only; Unix only.
use strict;
use warnings;

package Tokenkeep::Error;    # what went wrong: `code` to switch on (§7), `message` for the log

sub throw { my ($class, $code, $message) = @_; die bless { code => $code, message => $message }, $class }

package Tokenkeep::Wire;     # JSON, base64url and proofs: no state, no input or output
use Digest::SHA  ();
use Encode       ();
use JSON::PP     ();
use MIME::Base64 ();

use constant MAX_LINE => 65_536;    # octets, the line feed not counted (introduction)
my $JSON = JSON::PP->new->canonical->allow_nonref;

sub to_octets { return Encode::encode('UTF-8', $JSON->encode($_[0])) }

# undef if the octets are no JSON. JSON::PP's own message quotes the line, which may hold a secret: it is dropped.
sub from_octets {
    my ($octets) = @_;
    return scalar eval { $JSON->decode(Encode::decode('UTF-8', $octets, Encode::FB_CROAK)) };
}

sub same { return to_octets($_[0]) eq to_octets($_[1]) }    # equal as JSON; 1 and "1" are not

sub is_text { return defined $_[0] && !ref $_[0] && to_octets($_[0]) =~ /\A"/ }

# 32 bytes as base64url without padding are 43 characters; the last one carries four bits, so two of its bits are 0.
sub is_32_bytes { return is_text($_[0]) && $_[0] =~ /\A[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\z/ }

sub random_32_bytes {
    open my $random, '<:raw', '/dev/urandom' or Tokenkeep::Error->throw('internal', 'no /dev/urandom');
    my $got = sysread $random, my $bytes, 32;
    Tokenkeep::Error->throw('internal', '/dev/urandom is short') unless defined $got && $got == 32;
    return MIME::Base64::encode_base64url($bytes);
}

# §3. `endpoint` is octets: an environment variable is, and a name out of JSON is encoded before it comes here.
sub proof {
    my ($side, $of) = @_;
    my $text = join "\n", "tokenkeep/1 $side", @{$of}{qw(endpoint challenge client nonce)};
    my $key  = MIME::Base64::decode_base64url($of->{key});    # the 32 bytes, not their text
    return MIME::Base64::encode_base64url(Digest::SHA::hmac_sha256($text, $key));
}

# §3: in constant time. The form is public, so looking at it first tells nothing.
sub proof_fits {
    my ($side, $of, $given) = @_;
    return 0 unless is_32_bytes($given);
    my $right      = proof($side, $of);
    my $difference = 0;
    $difference |= ord(substr $right, $_, 1) ^ ord(substr $given, $_, 1) for 0 .. length($right) - 1;
    return $difference == 0;
}

package Tokenkeep::Session;    # one connection
use IO::Select  ();
use Time::HiRes ();

# state: new -> greeted -> proving | pairing -> open; closed at any time.
# Options: sock, endpoint, client, key; on_notice, on_code; nonce (for the vectors alone: otherwise random).
sub new {
    my ($class, %option) = @_;
    return bless { %option, state => 'new', buffer => '', next_id => 1, pending => {}, answers => {} }, $class;
}

sub fail {    # §2, §3: whatever does not fit closes the connection
    my ($self, $code, $message) = @_;
    $self->{state} = 'closed';
    close $self->{sock};
    Tokenkeep::Error->throw($code, $message);
}

sub read_line {
    my ($self, $deadline) = @_;
    while (1) {
        my $end = index $self->{buffer}, "\n";
        $self->fail('protocol_error', 'the server sent a line that is too long')
            if ($end < 0 ? length $self->{buffer} : $end) > Tokenkeep::Wire::MAX_LINE;
        if ($end >= 0) {
            my $line = substr $self->{buffer}, 0, $end + 1, '';
            chop $line;
            return $line;
        }
        my $left = defined $deadline ? $deadline - Time::HiRes::time() : undef;
        $self->fail('timeout', 'the server did not answer in time') if defined $left && $left <= 0;
        next unless IO::Select->new($self->{sock})->can_read($left);
        my $got = sysread $self->{sock}, $self->{buffer}, 16_384, length $self->{buffer};
        next if !defined $got && $!{EINTR};
        next if $got;
        $self->fail('grant_revoked', 'the grant was taken back') if $self->{revoked};    # §6
        $self->fail('connection_ended', 'the server ended the connection');
    }
}

# A failed write is not reported: the server may have said why before it closed, and the next read tells.
sub send_line {
    my ($self, $octets) = @_;
    Tokenkeep::Error->throw('params_invalid', 'the request is longer than a line may be')
        if length $octets > Tokenkeep::Wire::MAX_LINE;
    local $SIG{PIPE} = 'IGNORE';
    my $rest = "$octets\n";
    while (length $rest) {
        my $sent = syswrite $self->{sock}, $rest;
        next if !defined $sent && $!{EINTR};
        return unless defined $sent;
        substr $rest, 0, $sent, '';
    }
    return;
}

sub send_message {    # `params` is left out when there are none (§5); an id of its own is for the vectors
    my ($self, $method, $params, $id) = @_;
    $id = $self->{next_id} unless defined $id;
    $self->{next_id}++;
    my %message = (jsonrpc => '2.0', id => $id, method => $method);
    $message{params} = $params if defined $params;
    $self->send_line(Tokenkeep::Wire::to_octets(\%message));
    $self->{pending}{ Tokenkeep::Wire::to_octets($id) } = 1;
    return $id;
}

# Other requests may go out with `auth` and after it (§3), none before it (§2) and none while a person is asked (§4).
sub send_request {
    my ($self, $method, $params, $id) = @_;
    Tokenkeep::Error->throw('client_mistake', "$method is out of place while $self->{state}")
        if $self->{state} !~ /\A(?:proving|open)\z/ || $method eq 'auth' || $method eq 'pair.request';
    return $self->send_message($method, $params, $id);
}

sub send_auth {    # §3
    my ($self, $id) = @_;
    Tokenkeep::Error->throw('client_mistake', 'one auth for each connection') if $self->{state} ne 'greeted';
    $self->{nonce} = Tokenkeep::Wire::random_32_bytes() unless defined $self->{nonce};
    my %params = map { $_ => $self->{$_} } qw(client nonce);
    $self->{first_id} =
        $self->send_message('auth', { %params, proof => Tokenkeep::Wire::proof('client', $self) }, $id);
    $self->{state} = 'proving';
    return;
}

sub send_pair {    # §4
    my ($self, $params, $id) = @_;
    Tokenkeep::Error->throw('client_mistake', 'pairing comes first') if $self->{state} ne 'greeted';
    $self->{first_id} = $self->send_message('pair.request', $params, $id);
    $self->{state} = 'pairing';
    return;
}

# Reads one line and does with it what the state asks for.
sub read_message {
    my ($self, $deadline) = @_;
    my $message = Tokenkeep::Wire::from_octets($self->read_line($deadline));
    $self->fail('protocol_error', 'the server sent something that is not a JSON object') if ref $message ne 'HASH';
    return $self->take_greeting($message) if $self->{state} eq 'new';
    $self->fail('protocol_error', 'the server sent something that is not JSON-RPC 2.0')
        unless Tokenkeep::Wire::is_text($message->{jsonrpc}) && $message->{jsonrpc} eq '2.0';
    return $self->take_notice($message) if !exists $message->{id} && Tokenkeep::Wire::is_text($message->{method});
    return $self->take_answer($message) if exists $message->{result} xor exists $message->{error};
    return $self->fail('protocol_error', 'the server sent neither an answer nor a notification');
}

sub take_greeting {    # §2; the number comes first: another version may greet with other members (§9)
    my ($self, $greeting) = @_;
    $self->fail('protocol_unknown', 'the server does not speak tokenkeep/1')
        unless exists $greeting->{tokenkeep} && Tokenkeep::Wire::to_octets($greeting->{tokenkeep}) eq '1';
    $self->fail('protocol_error', 'the challenge is not 32 bytes')
        unless Tokenkeep::Wire::is_32_bytes($greeting->{challenge});
    $self->{challenge} = $greeting->{challenge};
    $self->{state}     = 'greeted';
    return;
}

sub take_notice {    # §6; what comes before the proof is not used (§3), what nobody knows is ignored
    my ($self, $notice) = @_;
    my %known  = map { $_ => 1 } qw(token.changed token.revoked vault.locked vault.unlocked grant.revoked);
    my $method = $notice->{method};
    if ($self->{state} eq 'pairing' && $method eq 'pair.code') {
        my $code = ref $notice->{params} eq 'HASH' ? $notice->{params}{code} : undef;
        # It goes to a terminal and nobody has proved anything yet: no escape sequences.
        $self->fail('protocol_error', 'the pairing code is no number') unless defined $code && $code =~ /\A[0-9]{1,20}\z/;
        $self->{code} = $code;
        $self->{on_code}->($code) if $self->{on_code};
    }
    elsif ($self->{state} eq 'open' && $known{$method}) {
        $self->{revoked} = 1 if $method eq 'grant.revoked';
        $self->{on_notice}->($notice) if $self->{on_notice};
    }
    return;
}

sub take_answer {
    my ($self, $answer) = @_;
    my $id    = Tokenkeep::Wire::to_octets($answer->{id});
    my $first = defined $self->{first_id} && $id eq Tokenkeep::Wire::to_octets($self->{first_id});
    if ($self->{state} ne 'open') {
        # Only the answer to `auth` or `pair.request` may come now; an error may also bear null (§7) or be of what was
        # sent with it. It ends the connection, and says nothing about the key (§3).
        $self->fail_with($answer->{error}) if exists $answer->{error} && ($first || $id eq 'null' || $self->{pending}{$id});
        $self->fail($self->{state} eq 'proving' ? 'server_not_proved' : 'protocol_error', 'an answer out of its place')
            unless $first;
        $self->{state} eq 'proving' ? $self->take_proof($answer->{result}) : $self->take_grant($answer->{result});
    }
    $self->fail_with($answer->{error}) if $id eq 'null' && exists $answer->{error};
    $self->{answers}{$id} = $answer if delete $self->{pending}{$id};
    return;
}

sub take_proof {    # §3: before anything else of this connection is used
    my ($self, $result) = @_;
    $self->fail('server_not_proved', 'the server did not prove that it knows the key')
        unless ref $result eq 'HASH' && Tokenkeep::Wire::proof_fits('server', $self, $result->{proof});
    $self->{state} = 'open';
    return;
}

sub take_grant {    # §4: `client` and `key` are both there, or with `once` both absent
    my ($self, $grant) = @_;
    $self->fail('protocol_error', 'a grant without a code that the person could compare') unless defined $self->{code};
    my $with_key = ref $grant eq 'HASH' && Tokenkeep::Wire::is_text($grant->{client})
        && Tokenkeep::Wire::is_32_bytes($grant->{key});
    my $once = ref $grant eq 'HASH' && !exists $grant->{client} && !exists $grant->{key};
    $self->fail('protocol_error', 'the grant is incomplete') unless $with_key || $once;
    $self->{state} = 'open';
    return;
}

sub error_of {    # §7: `data.code` tells; codes that are not named are passed on, `message` may be missing
    my ($error) = @_;
    my $data = ref $error eq 'HASH' && ref $error->{data} eq 'HASH' ? $error->{data} : {};
    my $code    = Tokenkeep::Wire::is_text($data->{code}) ? $data->{code} : 'internal';
    my $message = ref $error eq 'HASH' && Tokenkeep::Wire::is_text($error->{message}) ? $error->{message} : $code;
    my $seconds = $data->{retry_after};
    $message .= " (again in $seconds s)" if defined $seconds && !ref $seconds && $seconds =~ /\A[0-9]+\z/;
    return ($code, $message);
}

sub fail_with { my ($self, $error) = @_; return $self->fail(error_of($error)) }

sub wait_while {    # until the state is another one
    my ($self, $state, $seconds) = @_;
    my $deadline = defined $seconds ? Time::HiRes::time() + $seconds : undef;
    $self->read_message($deadline) while $self->{state} eq $state;
    return;
}

sub wait_answer {    # answers may come in another order (§5)
    my ($self, $id, $seconds) = @_;
    my $deadline = defined $seconds ? Time::HiRes::time() + $seconds : undef;
    my $key = Tokenkeep::Wire::to_octets($id);
    $self->read_message($deadline) until $self->{answers}{$key};
    my $answer = delete $self->{answers}{$key};
    Tokenkeep::Error->throw(error_of($answer->{error})) if exists $answer->{error};
    return $answer->{result};
}

package main;
use Encode           ();
use Errno            ();
use File::Basename   ();
use Getopt::Long     ();
use IO::Socket::UNIX ();
use Socket           ();

use constant { GREETING_SECONDS => 10, ANSWER_SECONDS => 120 };    # the document names none for a client: a guess
my $UUID = qr/\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/i;

sub fail { return Tokenkeep::Error->throw(@_) }

sub print_line {
    my ($what) = @_;
    local $| = 1;
    print Tokenkeep::Wire::to_octets($what), "\n";
    return;
}

# §1: the folder, then `endpoint.json` in it, anew for each connection.
sub folder {
    my $runtime = $ENV{XDG_RUNTIME_DIR};
    return "$runtime/tokenkeep" if defined $runtime && length $runtime;
    my $home = $ENV{HOME} || (getpwuid $>)[7];
    return "$home/.local/state/tokenkeep/run";
}

sub endpoint {
    return $ENV{TOKENKEEP_ENDPOINT} if defined $ENV{TOKENKEEP_ENDPOINT} && length $ENV{TOKENKEEP_ENDPOINT};
    my $folder = folder();
    my @stat = stat $folder or fail('not_running', 'Tokenkeep does not run');
    fail('folder_not_ours', 'the folder of Tokenkeep is not its user\'s alone') if $stat[4] != $> || $stat[2] & 022;
    open my $file, '<:raw', "$folder/endpoint.json" or fail('not_running', 'Tokenkeep does not run');
    my $found = Tokenkeep::Wire::from_octets(do { local $/; scalar <$file> });
    fail('endpoint_invalid', 'endpoint.json cannot be read') unless ref $found eq 'HASH';
    fail('protocol_unknown', 'endpoint.json is of another protocol')
        unless exists $found->{tokenkeep} && Tokenkeep::Wire::to_octets($found->{tokenkeep}) eq '1';
    fail('endpoint_invalid', 'endpoint.json names no endpoint') unless Tokenkeep::Wire::is_text($found->{endpoint});
    return Encode::encode('UTF-8', $found->{endpoint});
}

sub connect_session {
    my (%option) = @_;
    my $endpoint = endpoint();
    fail('endpoint_invalid', 'the endpoint is no path of a Unix socket')    # Perl would cut a longer one silently
        if $endpoint eq '' || length $endpoint > 107 || $endpoint =~ /\0/;
    my $sock = IO::Socket::UNIX->new(Peer => $endpoint) or fail('not_running', 'Tokenkeep does not answer');
    my $session = Tokenkeep::Session->new(%option, sock => $sock, endpoint => $endpoint);
    $session->wait_while('new', GREETING_SECONDS);
    return $session;
}

sub proved_session {
    my (%option) = @_;
    my ($client, $key) = @ENV{qw(TOKENKEEP_CLIENT TOKENKEEP_KEY)};
    fail('not_paired', 'TOKENKEEP_CLIENT is missing or no UUID') unless defined $client && $client =~ $UUID;
    fail('not_paired', 'TOKENKEEP_KEY is missing or not 32 bytes') unless Tokenkeep::Wire::is_32_bytes($key);
    my $session = connect_session(%option, client => $client, key => $key);
    $session->send_auth;
    $session->wait_while('proving', GREETING_SECONDS);
    return $session;
}

sub ask {
    my ($method, $params) = @_;
    my $session = proved_session();
    print_line($session->wait_answer($session->send_request($method, $params), ANSWER_SECONDS));
    return;
}

sub options {    # words of the command line are octets, JSON wants characters
    my (%spec) = @_;
    eval { $_ = Encode::decode('UTF-8', $_, Encode::FB_CROAK) for @ARGV; 1 } or fail('usage', 'arguments must be UTF-8');
    local $SIG{__WARN__} = sub { };    # errors are one JSON line, and nothing else
    Getopt::Long::GetOptions(%spec) or fail('usage', 'an option is not known or lacks its value');
    fail('usage', 'a word too many') if @ARGV;
    return;
}

sub command_accounts {
    options();
    my $session = proved_session();
    my $result = $session->wait_answer($session->send_request('accounts.list'), ANSWER_SECONDS);
    print_line(ref $result eq 'HASH' ? $result->{accounts} : undef);
    return;
}

sub command_token {
    my (%params, @scopes);
    options('account=s' => \$params{account}, 'scope=s' => \@scopes, 'min-valid=i' => \$params{min_valid});
    $params{min_valid} += 0 if defined $params{min_valid};
    $params{scopes} = \@scopes if @scopes;
    delete @params{ grep { !defined $params{$_} } keys %params };
    return ask('token.get', %params ? \%params : undef);
}

sub command_report {    # no options: a token_id is base64url and may begin with a hyphen
    shift @ARGV if @ARGV == 2 && $ARGV[0] eq '--';
    fail('usage', 'report TOKEN_ID') unless @ARGV == 1 && $ARGV[0] =~ /\A[\x20-\x7e]+\z/;
    return ask('token.reportInvalid', { token_id => $ARGV[0] });
}

sub command_watch {
    options();
    my $session = proved_session(on_notice => \&print_line);
    $session->wait_answer($session->send_request('token.watch'), ANSWER_SECONDS);
    eval { $session->read_message(undef) while 1; 1 } or do {
        my $error = $@;
        die $error unless ref $error && $error->{code} =~ /\A(?:connection_ended|grant_revoked)\z/;
    };
    return;
}

sub command_pair {
    my (%params, @scopes);
    options('scope=s' => \@scopes, map { ("$_=s" => \$params{$_}) } qw(name developer reason lifetime));
    fail('usage', 'pair --name N') unless defined $params{name};
    $params{scopes} = \@scopes if @scopes;
    delete @params{ grep { !defined $params{$_} } keys %params };
    my $session = connect_session(on_code => sub { print {*STDERR} "code $_[0]\n" });
    $session->send_pair(\%params);
    # §4: for as long as the person takes. An interrupt closes the connection, which withdraws the question.
    print_line($session->wait_answer($session->{first_id}, undef));
    return;
}

# ---- The vectors (§10): the session above on one end of a socketpair, the vector's server on the other ----

my @tests;    # [name, code that dies when it fails, or undef and why it is skipped]

sub load {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "cannot read $path\n";
    my $vectors = Tokenkeep::Wire::from_octets(do { local $/; scalar <$file> });
    die "$path holds no list\n" unless ref $vectors eq 'ARRAY';
    return @$vectors;
}

sub check { my ($right, $why) = @_; die "$why\n" unless $right; return }

sub stage {    # a session, and the server's end as another session that only reads and writes lines
    my ($vector, %option) = @_;
    socketpair my $near, my $far, Socket::AF_UNIX(), Socket::SOCK_STREAM(), 0 or die "no socketpair\n";
    my %of = map { $_ => $vector->{$_} } grep { defined $vector->{$_} } qw(key client nonce);
    $of{endpoint} = Encode::encode('UTF-8', $vector->{endpoint});
    return (Tokenkeep::Session->new(%of, %option, sock => $near), Tokenkeep::Session->new(sock => $far));
}

sub play {     # the server says this, the client reads it; what the client throws comes back
    my ($session, $server, $message) = @_;
    $server->send_line(Tokenkeep::Wire::to_octets($message));
    return if eval { $session->read_message(Time::HiRes::time() + 2); 1 };
    die $@ unless ref $@;
    return $@;
}

sub heard { my ($server) = @_; return Tokenkeep::Wire::from_octets($server->read_line(Time::HiRes::time() + 2)) }

sub is_silent { my ($server) = @_; return $server->{buffer} eq '' && !IO::Select->new($server->{sock})->can_read(0) }

sub error_code(&) { my ($run) = @_; return eval { $run->(); 1 } ? '' : ref $@ ? $@->{code} : die $@ }

sub greet { my ($session, $server, $vector) = @_;
    return play($session, $server, { tokenkeep => 1, challenge => $vector->{challenge} }) }

sub prove {    # greeting, auth; then the server answers with this proof
    my ($session, $server, $vector, $proof) = @_;
    check(!greet($session, $server, $vector), 'the greeting was refused');
    $session->send_auth;
    my $sent = heard($server);
    return ($sent, play($session, $server, { jsonrpc => '2.0', id => $sent->{id}, result => { proof => $proof } }));
}

sub test_proof {
    my ($vector) = @_;
    my ($session, $server) = stage($vector);
    my ($sent, $thrown) = prove($session, $server, $vector, $vector->{server_proof});
    check($sent->{params}{proof} eq $vector->{client_proof}, 'the client sent another proof');
    check(!$thrown && $session->{state} eq 'open', 'the server\'s proof was refused');
    return;
}

sub test_refused {
    my ($vector) = @_;
    if ($vector->{by} eq 'server') {
        my %of = (%$vector, endpoint => Encode::encode('UTF-8', $vector->{endpoint}));
        check(!Tokenkeep::Wire::proof_fits('client', \%of, $vector->{proof}), 'the proof was accepted');
        check(Tokenkeep::Wire::proof_fits('client', \%of, Tokenkeep::Wire::proof('client', \%of)), 'so is the right one');
        return;
    }
    my ($session, $server) = stage($vector);
    my (undef, $thrown) = prove($session, $server, $vector, $vector->{proof});
    check($thrown && $thrown->{code} eq 'server_not_proved', 'the proof was accepted');
    check($session->{state} eq 'closed' && !defined fileno $session->{sock}, 'the connection is still open');
    return;
}

# Some vectors' clients do what no client may. Ours must not let itself be made to, and reads the answer to it.
sub is_mistake {
    my ($session, $message) = @_;
    my ($state, $method) = ($session->{state}, $message->{method});
    return $state eq 'pairing' || $method eq 'auth' || $method eq 'pair.request' if $state ne 'greeted';
    return $method ne 'pair.request' if $method ne 'auth';
    $session->{client} = $message->{params}{client};    # "a client that nobody knows" has an id of its own
    return !Tokenkeep::Wire::proof_fits('client', $session, $message->{params}{proof});
}

sub make_mistake {
    my ($session, $message) = @_;
    my ($method, $params) = @{$message}{qw(method params)};
    if ($session->{state} ne 'greeted' || $method ne 'auth') {
        my $code = error_code {
              $method eq 'auth'         ? $session->send_auth
            : $method eq 'pair.request' ? $session->send_pair($params)
            :                             $session->send_request($method, $params)
        };
        check($code eq 'client_mistake', "the client would have sent $method");
    }
    $session->{pending}{ Tokenkeep::Wire::to_octets($message->{id}) } = 1;
    $session->send_line(Tokenkeep::Wire::to_octets($message));
    return;
}

sub client_step {
    my ($session, $server, $message) = @_;
    my ($method, $params, $id) = @{$message}{qw(method params id)};
    my $own_id = Tokenkeep::Wire::is_text($id) ? $id : undef;    # ours are numbers, counted
    if    (is_mistake($session, $message)) { make_mistake($session, $message) }
    elsif ($method eq 'auth')              { $session->send_auth($own_id) }
    elsif ($method eq 'pair.request')      { $session->send_pair($params, $own_id) }
    else                                   { $session->send_request($method, $params, $own_id) }
    my %right = %$message;
    if ($method eq 'auth') {    # members that the document does not name are for the server to ignore; ours sends none
        %right = map { $_ => $message->{$_} } qw(jsonrpc id method params);
        $right{params} = { map { $_ => $params->{$_} } qw(client nonce proof) };
    }
    my $sent = heard($server);
    check(Tokenkeep::Wire::same($sent, \%right), "$method was sent otherwise");
    return;
}

sub server_step {
    my ($session, $server, $step, $noticed) = @_;
    my $message = $step->{message};
    my ($before, $code) = ($session->{state}, ref $message->{error} ? $message->{error}{data}{code} : '');
    my $thrown = play($session, $server, $message);
    if ($before ne 'open') {
        check(($thrown ? $thrown->{code} : '') eq $code, 'taken as ' . ($thrown ? $thrown->{code} : 'no error'));
        check($session->{code} eq $message->{params}{code}, 'another code') if ($message->{method} || '') eq 'pair.code';
    }
    check(!$thrown, 'refused: ' . ($thrown ? $thrown->{code} : '')) if $before eq 'open';
    if ($session->{state} eq 'open' && exists $message->{id}) {
        my $result;
        my $got = error_code { $result = $session->wait_answer($message->{id}, 0) };
        check($got eq $code, "answer taken as '$got'");
        check(Tokenkeep::Wire::same($result, $message->{result}), 'another result') if $code eq '';
    }
    elsif ($session->{state} eq 'open') {
        check(Tokenkeep::Wire::same(shift @$noticed, $message), 'the notification was not passed on');
    }
    if ($step->{ends} && $session->{state} ne 'closed') {
        close $server->{sock};
        my $right = $session->{revoked} ? 'grant_revoked' : 'connection_ended';
        check($right eq error_code { $session->read_message(Time::HiRes::time() + 2) }, 'the end was not seen');
    }
    return;
}

sub test_conversation {
    my ($vector) = @_;
    my @noticed;
    my ($session, $server) = stage($vector, on_notice => sub { push @noticed, $_[0] });
    for my $step (@{ $vector->{steps} }) {
        if ($step->{from} eq 'server') { server_step($session, $server, $step, \@noticed) }
        else                           { client_step($session, $server, $step->{message}) }
        check(!defined fileno $server->{sock} || $session->{state} eq 'closed' || is_silent($server), 'the client said more');
    }
    return;
}

my %NUMBER = (protocol_error => -32600, method_unknown => -32601, params_invalid => -32602);    # §7, for the error's looks

# The line is sent as it is, and the answer must be understood; where it ends the connection, that too. What is no
# object, or too long, must be refused as a server's line as well; what is too long is not sent in the first place.
sub test_line {
    my ($vector, $proofs) = @_;
    my $octets = Encode::encode('UTF-8', $vector->{text} x ($vector->{repeat} || 1));
    my $ready  = sub {
        my ($session, $server) = stage($proofs);
        if ($vector->{after} eq 'auth') { prove($session, $server, $proofs, $proofs->{server_proof}) }
        else                            { greet($session, $server, $proofs) }
        return ($session, $server);
    };
    my ($session, $server) = $ready->();
    my $line = Tokenkeep::Wire::from_octets($octets);
    my $code = error_code { $session->send_line($octets) };
    if (length $octets > 65_536) { check($code eq 'params_invalid' && is_silent($server), 'the long line was sent') }
    else { check($server->read_line(Time::HiRes::time() + 2) eq $octets, 'the line was sent otherwise') }
    # §7: null where the request could not be read. The vectors do not say which; ours knows ids that it may have sent.
    my $id = ref $line eq 'HASH' && Tokenkeep::Wire::to_octets($line->{id}) =~ /\A(?:[0-9]{1,15}|".{0,100}")\z/ ? $line->{id} : undef;
    $session->{pending}{ Tokenkeep::Wire::to_octets($id) } = 1;
    my $error = { code => $NUMBER{ $vector->{code} }, message => 'No.', data => { code => $vector->{code} } };
    my $thrown = play($session, $server, { jsonrpc => '2.0', id => $id, error => $error });
    $code = $thrown ? $thrown->{code} : error_code { $session->wait_answer($id, 0) };
    check($code eq $vector->{code}, "the error was taken as '$code'");
    check($vector->{ends} || $session->{state} eq 'open', 'the client left, though the connection goes on');
    if (ref $line ne 'HASH') {
        ($session, $server) = $ready->();
        syswrite $server->{sock}, "$octets\n";
        $code = error_code { $session->read_message(Time::HiRes::time() + 2) };
        check($code eq 'protocol_error' && $session->{state} eq 'closed', 'such a line from a server was accepted');
    }
    return;
}

sub test_text {    # how it is shown is the server's; a client gets it there whole, and on one line
    my ($vector, $proofs) = @_;
    my ($session, $server) = stage($proofs);
    greet($session, $server, $proofs);
    $session->send_pair({ name => $vector->{given} });
    check(heard($server)->{params}{name} eq $vector->{given}, 'the text arrived otherwise');
    check(is_silent($server), 'more than one line');
    return;
}

sub add_tests {
    my ($dir) = @_;
    my ($first, @other) = load("$dir/proofs.json");
    push @tests, map { my $v = $_; ["proofs: $v->{name}", sub { test_proof($v) }] } $first, @other;
    push @tests, map { my $v = $_; ["refused by the $v->{by}: $v->{why}", sub { test_refused($v) }] } load("$dir/refused.json");
    push @tests, map { my $v = $_; ["conversations: $v->{name}", sub { test_conversation($v) }] } load("$dir/conversations.json");
    push @tests, map { my $v = $_; ["lines: $v->{name}, after $v->{after}", sub { test_line($v, $first) }] } load("$dir/lines.json");
    push @tests, map { my $v = $_; ['text: ' . Tokenkeep::Wire::to_octets($v->{given}), sub { test_text($v, $first) }] } load("$dir/text.json");
    my %known = map { $_ => 1 } qw(proofs refused conversations lines text);
    push @tests, map { ["$_.json", undef, 'a file that the document does not name'] }
        grep { !$known{$_} } map { File::Basename::basename($_, '.json') } glob "$dir/*.json";
    return;
}

sub command_vectors {
    fail('usage', 'vectors DIR') unless @ARGV == 1;
    eval { add_tests($ARGV[0]); 1 } or fail('vectors_unreadable', "$@" =~ s/\n//r);
    my ($number, $failed) = (0, 0);
    for my $test (@tests) {
        my ($name, $run, $skip) = @$test;
        $number++;
        s/#/\\#/g, s/[\x00-\x1f]/ /g for $name;
        if    (!$run)                   { print "ok $number # skip $name: $skip\n" }
        elsif (eval { $run->(); 1 })    { print "ok $number - $name\n" }
        else { $failed++; print "not ok $number - $name # ", (ref $@ ? "$@->{code}: $@->{message}" : $@ =~ s/\n//r), "\n" }
    }
    print "1..$number\n";
    return $failed ? 1 : 0;
}

sub main {
    my $name = shift @ARGV;
    my %command = (
        vectors => \&command_vectors, accounts => \&command_accounts, token => \&command_token,
        report  => \&command_report,  watch    => \&command_watch,    pair  => \&command_pair,
    );
    my $status = eval {
        my $run = $command{ defined $name ? $name : '' } or fail('usage', 'vectors, accounts, token, report, watch or pair');
        $run->() || 0;
    };
    return $status if defined $status;
    my $error = ref $@ ? $@ : { code => 'internal', message => 'an error in this program' };    # Perl's text may quote a line
    my %line = map { $_ => $error->{$_} } qw(code message);
    print {*STDERR} JSON::PP->new->canonical->ascii->encode(\%line), "\n";    # ascii: nothing that a terminal would obey
    return 1;
}

exit main();
