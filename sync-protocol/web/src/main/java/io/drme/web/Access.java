package io.drme.web;

import io.drme.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who sent a request: by bearer token, by the session of a page, or at a screen for
 * everybody by name and PIN. Holds the users, the sessions and the data directory's own token. Safe
 * for use from any thread.
 */
public final class Access {
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";
    private static final int COOKIE_LENGTH = 8;

    /** More members than a centre has; of more the oldest token is not known any more. */
    private static final int MAX_TOKENS = 100;

    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final Users users;
    private final Sessions sessions;
    private final FailedSignIns failedSignIns;
    private final String tokenHash;
    private final Optional<KeptText> tokens;
    private final String cookie;

    private Access(
            Users users,
            Sessions sessions,
            FailedSignIns failed,
            String tokenHash,
            Optional<Shared> shared) {
        this.users = users;
        this.sessions = sessions;
        this.failedSignIns = failed;
        this.tokenHash = tokenHash;
        this.tokens = shared.map(Shared::tokens);
        this.cookie =
                shared.map(s -> Secrets.hash(s.name()))
                        .orElse(tokenHash)
                        .replaceAll("[^A-Za-z0-9]", "")
                        .substring(0, COOKIE_LENGTH);
    }

    /**
     * What several programs that are one to their users have in common.
     *
     * @param name of all of them together
     * @param users the accounts
     * @param sessions who is signed in
     * @param member which of them this one is, the same after a restart, and no other's
     * @param tokens of each its name and the hash of its directory's token, a line each
     */
    public record Shared(
            String name, String member, KeptText users, KeptText sessions, KeptText tokens) {}

    /**
     * Opens what a data directory holds: {@code users.json}, {@code sessions.json}, and {@code
     * token}, an administrator's bearer token, which is made at the first start with mode 0600.
     *
     * @throws IOException when the directory can't be read or written
     */
    public static Access open(Path data, Clock clock) throws IOException {
        var users = users(data, clock);
        return new Access(
                users,
                new Sessions(
                        new TextFile(data.resolve("sessions.json")),
                        clock,
                        name -> isWall(users, name)),
                new FailedSignIns(clock),
                ownToken(data),
                Optional.empty());
    }

    /**
     * Opens what several programs share. Accounts of the data directory are taken over where there
     * are none yet. The directory has a token of its own, which the others let in, too; it takes
     * the place of the one that it had before. To revoke a token, delete its file and start again.
     *
     * @throws IOException when the directory or what is shared can't be read or written
     */
    public static Access open(Path data, Shared shared, Clock clock) throws IOException {
        var own = ownToken(data);
        var here = new TextFile(data.resolve("users.json")).read();
        shared.users().update(text -> text.isEmpty() ? here : text);
        shared.tokens()
                .update(text -> {
                    var mine = shared.member().replaceAll("\\s", "_") + " ";
                    var lines = new ArrayList<>(text.lines().toList());
                    // a line without a name can't be told whose it is, so that nobody could revoke
                    // it
                    lines.removeIf(line -> line.startsWith(mine) || line.indexOf(' ') < 0);
                    lines.add(mine + own);
                    return String.join(
                            "\n",
                            lines.subList(Math.max(0, lines.size() - MAX_TOKENS), lines.size()));
                });
        var users = new Users(shared.users(), clock);
        return new Access(
                users,
                new Sessions(shared.sessions(), clock, name -> isWall(users, name)),
                new FailedSignIns(clock),
                own,
                Optional.of(shared));
    }

    private static String ownToken(Path data) throws IOException {
        var token = token(data);
        if (token.isEmpty()) {
            var made = Secrets.token();
            SecretFile.write(data.resolve("token"), made + "\n");
            token = Optional.of(made);
        }
        return Secrets.hash(token.get());
    }

    private static boolean isWall(Users users, String name) {
        return users.byName(name).filter(who -> who.role() == Role.WALL).isPresent();
    }

    /** The users of a data directory, for a command line beside the program. */
    public static Users users(Path data, Clock clock) {
        return new Users(data.resolve("users.json"), clock);
    }

    /** The token of a data directory, if it was made. */
    public static Optional<String> token(Path data) throws IOException {
        try {
            return Optional.of(Files.readString(data.resolve("token")).strip())
                    .filter(t -> !t.isEmpty());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** The accounts. */
    public Users users() {
        return users;
    }

    /** Adds the routes for signing in and out and for managing users. */
    public void addRoutes(Api api) {
        new SessionRoutes(this).addTo(api);
        new UserRoutes(users, sessions).addTo(api);
    }

    Sessions sessions() {
        return sessions;
    }

    FailedSignIns failedSignIns() {
        return failedSignIns;
    }

    /**
     * The cookie's name. Cookies know no ports, so that programs on one machine need names of their
     * own, which a restart does not change.
     */
    String cookieName(boolean secure) {
        return (secure ? "__Host-drme-" : "drme-") + cookie;
    }

    /**
     * Who sent a request; nobody where it names no one, or one that is not known.
     *
     * @throws ProblemException 403 when a page of another origin uses our page's session
     */
    Optional<Who> identify(Incoming incoming) {
        var authorization = incoming.header("authorization");
        if (authorization.isPresent()) {
            return isScheme(authorization.get(), BASIC)
                    ? atWall(incoming, authorization.get())
                    : byBearer(authorization.get());
        }
        return bySession(incoming);
    }

    private Optional<Who> bySession(Incoming incoming) {
        var who =
                incoming.cookie(cookieName(incoming.secure()))
                        .flatMap(sessions::user)
                        .flatMap(users::byName);
        if (who.isPresent()) {
            checkOrigin(incoming, false);
        }
        return who;
    }

    /**
     * Who acts at a screen for everybody, by name and PIN for this one request. Elsewhere it is no
     * way in: it would be one more place to guess passwords at. Takes some 50 ms.
     */
    private Optional<Who> atWall(Incoming incoming, String authorization) {
        var wall = bySession(incoming).filter(who -> who.role() == Role.WALL);
        if (wall.isEmpty()) {
            return Optional.empty();
        }
        var parts = decoded(authorization.substring(BASIC.length()).strip()).split(":", 2);
        var name = parts[0];
        var address = incoming.address();
        var place = FailedSignIns.Place.wall(screen(incoming));
        failedSignIns.check(name, place);
        var person =
                parts.length < 2
                        ? Optional.<Who>empty()
                        : users.byPassword(name, parts[1]).filter(who -> who.role() != Role.WALL);
        if (person.isEmpty()) {
            failedSignIns.failed(name, place);
            log.warn("wall={} refused address={}", wall.get().name(), address);
            throw new Problem(
                            "sign-in-refused",
                            "Not signed in",
                            401,
                            "name and PIN do not match a user",
                            "authorization",
                            "a user's name with its password or PIN",
                            "Try again, or ask an administrator for a one-time code")
                    .asException();
        }
        failedSignIns.succeeded(name, place);
        log.info("wall={} used by={}", wall.get().name(), name);
        return person;
    }

    /** A few characters that tell a screen's session from others and give nothing of it away. */
    private String screen(Incoming incoming) {
        var session = incoming.cookie(cookieName(incoming.secure())).orElse("");
        return Secrets.hash(session).substring(0, COOKIE_LENGTH);
    }

    /** Empty where it is no Base64 of UTF-8, which matches nobody. */
    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static boolean isScheme(String authorization, String scheme) {
        return authorization.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    /** Whether a token or session that was good is so still, and with the same role. */
    boolean stillHolds(Incoming incoming, Who who) {
        return identify(incoming).filter(who::equals).isPresent();
    }

    private Optional<Who> byBearer(String authorization) {
        if (!isScheme(authorization, BEARER)) {
            return Optional.empty();
        }
        var token = authorization.substring(BEARER.length()).strip();
        var hash = Secrets.hash(token);
        if (Secrets.same(hash, tokenHash) || isTokenOfAnother(hash)) {
            return Optional.of(new Who(Who.TOKEN_NAME, Role.ADMIN));
        }
        return users.byToken(token);
    }

    private boolean isTokenOfAnother(String hash) {
        if (tokens.isEmpty()) {
            return false;
        }
        try {
            return tokens.get()
                    .read()
                    .lines()
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .anyMatch(t -> Secrets.same(hash, t));
        } catch (IOException e) {
            throw Problem.unavailable(
                            tokens.get().toString(),
                            "the tokens can't be read: " + e.getMessage(),
                            "Try again when the database is back")
                    .asException();
        }
    }

    /**
     * Refuses what another origin's page sends with our cookie. SameSite=Strict keeps browsers from
     * it in the first place; but another port of the same host is the same site.
     *
     * @param lenient lets a request without an Origin pass, as programs send
     */
    static void checkOrigin(Incoming incoming, boolean lenient) {
        boolean upgrade =
                incoming.header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
        boolean reads = incoming.method().equals("GET") || incoming.method().equals("HEAD");
        if (reads && !upgrade) {
            return;
        }
        var origin = incoming.header("origin");
        var own = (incoming.secure() ? "https://" : "http://") + incoming.header("host").orElse("");
        if (origin.isEmpty() ? !lenient : !origin.get().equalsIgnoreCase(own)) {
            throw Problem.forbidden(
                            "the request comes from "
                                    + origin.map(Request::shortened).orElse("an unknown origin")
                                    + " and not from this program's own page",
                            "the header 'Origin: " + own + "'",
                            "Use this program's own page, or send a bearer token instead of the"
                                    + " page's cookie")
                    .asException();
        }
    }
}
