package io.drme.web;

import io.drme.time.Clock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of one program, or of all members of a centre. Safe for use from any thread, and by
 * a command line beside a running program: changes are made one at a time.
 *
 * <p>What can't be done ends as a {@link ProblemException}, whose message a command line may print.
 */
public final class Users {
    /** How long a one-time code can be used: a day, so that it outlasts a shift. */
    public static final Duration CODE_LIFETIME = Duration.ofHours(24);

    /** The most accounts; a plant has some dozens. */
    public static final int MAX_USERS = 1_000;

    /** The most bearer tokens of one account. */
    public static final int MAX_TOKENS = 20;

    private static final int VERSION = 1;

    private final KeptText kept;
    private final Clock clock;
    private final Passwords passwords = new Passwords();
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}: what the text held when it was last read. */
    private Map<String, User> byName = Map.of();

    /** Guarded by {@link #lock}: the text that was read last, by which a change shows. */
    private @Nullable String parsed;

    /**
     * Makes a view of the accounts in a file, which need not be there yet.
     *
     * @param file for example {@code DATA/users.json}
     */
    public Users(Path file, Clock clock) {
        this(new TextFile(file), clock);
    }

    /** Makes a view of the accounts in a text. */
    Users(KeptText kept, Clock clock) {
        this.kept = kept;
        this.clock = clock;
    }

    /**
     * A code that lets one person in once.
     *
     * @param user the account's name
     * @param code what the person types, or follows as {@code /sign-in?code=…}
     * @param expiresNanos when it ends, nanoseconds since 1970 UTC
     */
    public record OneTimeCode(String user, Role role, String code, long expiresNanos) {
        /** The path of the page that signs in with the code. */
        public String link() {
            return "/sign-in?code=" + code;
        }
    }

    /** An account as an administrator sees it. */
    public record Listed(String name, Role role, boolean passwordSet, int codes, int tokens) {}

    /** All accounts by name. */
    public List<Listed> list() {
        return current().values().stream()
                .map(u ->
                        new Listed(
                                u.name(),
                                u.role(),
                                u.passwordHash() != null,
                                u.withCodes(clock.epochNanos(), null).codes().size(),
                                u.tokens().size()))
                .toList();
    }

    /** Whether there is an account of this name. */
    public boolean exists(String name) {
        return current().containsKey(name);
    }

    /** Makes an account, which its person enters first with the code. */
    public OneTimeCode add(String name, Role role) {
        if (!User.isName(name)) {
            throw Problem.badBody(
                            "/name",
                            "'" + Request.shortened(name) + "' can't be a user's name",
                            User.NAME_FORM)
                    .asException();
        }
        var code = freshCode(name, role);
        update(users -> {
            if (users.containsKey(name)) {
                throw Problem.conflict(
                                name,
                                "there is a user '" + name + "' already",
                                "a new name",
                                "Choose another name, or make a new code for this user")
                        .asException();
            }
            if (users.size() >= MAX_USERS) {
                throw Problem.conflict(
                                name,
                                "there are " + MAX_USERS + " users already",
                                "at most " + MAX_USERS + " users",
                                "Remove users that are not needed any more")
                        .asException();
            }
            users.put(name, new User(name, role, null, List.of(kept(code)), List.of()));
        });
        return code;
    }

    /** Makes one more code for an account, for a forgotten password or a sign-in link. */
    public OneTimeCode newCode(String name) {
        var made = new ArrayList<OneTimeCode>();
        change(
                name,
                user -> {
                    var code = freshCode(name, user.role());
                    made.add(code);
                    return user.withCodes(clock.epochNanos(), kept(code));
                });
        return made.getFirst();
    }

    /** Changes what an account may do. */
    public void setRole(String name, Role role) {
        change(name, user -> user.withRole(role));
    }

    /** Removes an account with all that lets it in. */
    public void remove(String name) {
        update(users -> {
            if (users.remove(name) == null) {
                throw unknown(name);
            }
        });
    }

    /** Sets a password or PIN; see {@link Passwords} for what is allowed. Takes some 50 ms. */
    public void setPassword(String name, String password) {
        Passwords.check(name, password);
        var hash = passwords.hash(password);
        change(name, user -> user.withPassword(hash));
    }

    /** Makes a bearer token for an account; it is shown this once. */
    public String newToken(String name, String purpose) {
        var token = Secrets.token();
        change(
                name,
                user -> {
                    if (user.tokens().size() >= MAX_TOKENS) {
                        throw Problem.conflict(
                                        name,
                                        "the user has " + MAX_TOKENS + " tokens already",
                                        "at most " + MAX_TOKENS + " tokens",
                                        "Remove the user's tokens first")
                                .asException();
                    }
                    var tokens = new ArrayList<>(user.tokens());
                    tokens.add(new User.Token(Secrets.hash(token), purpose, clock.epochNanos()));
                    return user.withTokens(tokens);
                });
        return token;
    }

    /** Makes all bearer tokens of an account useless. */
    public void removeTokens(String name) {
        change(name, user -> user.withTokens(List.of()));
    }

    /** Who holds a bearer token. */
    Optional<Who> byToken(String token) {
        var hash = Secrets.hash(token);
        for (var user : current().values()) {
            if (user.tokens().stream().anyMatch(t -> Secrets.same(t.hash(), hash))) {
                return Optional.of(user.who());
            }
        }
        return Optional.empty();
    }

    /** Who has this name now. */
    Optional<Who> byName(String name) {
        return Optional.ofNullable(current().get(name)).map(User::who);
    }

    /** Who has this name and password. Takes some 50 ms, whether or not the name is known. */
    Optional<Who> byPassword(String name, String password) {
        var user = current().get(name);
        var hash = user == null ? null : user.passwordHash();
        return passwords.matches(password, hash) && user != null
                ? Optional.of(user.who())
                : Optional.empty();
    }

    /** Uses up a code: of two that try the same, one gets in. */
    Optional<Who> redeem(String typed) {
        var hash = Secrets.hash(Secrets.normalizedCode(typed));
        if (holderOf(current(), hash) == null) {
            return Optional.empty();
        }
        var found = new ArrayList<Who>();
        update(users -> {
            var user = holderOf(users, hash);
            if (user != null) {
                users.put(user.name(), user.withoutCode(hash));
                found.add(user.who());
            }
        });
        return found.stream().findFirst();
    }

    private @Nullable User holderOf(Map<String, User> users, String codeHash) {
        long now = clock.epochNanos();
        for (var user : users.values()) {
            for (var code : user.codes()) {
                if (Secrets.same(code.hash(), codeHash) && code.expiresNanos() > now) {
                    return user;
                }
            }
        }
        return null;
    }

    private OneTimeCode freshCode(String name, Role role) {
        return new OneTimeCode(
                name, role, Secrets.code(), clock.epochNanos() + CODE_LIFETIME.toNanos());
    }

    private static User.Code kept(OneTimeCode code) {
        return new User.Code(
                Secrets.hash(Secrets.normalizedCode(code.code())), code.expiresNanos());
    }

    private static ProblemException unknown(String name) {
        return Problem.notFound(
                        Request.shortened(name),
                        "there is no user '" + Request.shortened(name) + "'",
                        "List the users to see their names")
                .asException();
    }

    private void change(String name, UnaryOperator<User> change) {
        update(users -> {
            var user = users.get(name);
            if (user == null) {
                throw unknown(name);
            }
            users.put(name, change.apply(user));
        });
    }

    private interface Update {
        void apply(Map<String, User> users);
    }

    private void update(Update update) {
        try {
            kept.update(text -> {
                var users = new TreeMap<>(parsedUnchecked(text));
                update.apply(users);
                return text(users);
            });
        } catch (IOException | UncheckedIOException e) {
            throw Problem.unavailable(
                            kept.toString(),
                            "the users can't be kept: " + e.getMessage(),
                            "Make room on the disk and check the directory's owner, or the database, then try again")
                    .asException();
        }
    }

    private static Map<String, User> parsedUnchecked(String text) {
        try {
            return parse(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Map<String, User> current() {
        lock.lock();
        try {
            var text = kept.read();
            if (!text.equals(parsed)) {
                byName = parse(text);
                parsed = text;
            }
            return byName;
        } catch (IOException e) {
            throw Problem.unavailable(
                            kept.toString(),
                            "the users can't be read: " + e.getMessage(),
                            "Check the file's owner and content or the database, or restore it from a backup")
                    .asException();
        } finally {
            lock.unlock();
        }
    }

    private static Map<String, User> parse(String text) throws IOException {
        if (text.isEmpty()) {
            return Map.of();
        }
        try {
            var users = new TreeMap<String, User>();
            var array = new JsonObject(text).getJsonArray("users");
            for (int i = 0; i < array.size(); i++) {
                var user =
                        User.ofJson(array.getJsonObject(i))
                                .orElseThrow(() -> new IOException("a user's entry is damaged"));
                users.put(user.name(), user);
            }
            return users;
        } catch (RuntimeException e) {
            throw new IOException("the file is damaged", e);
        }
    }

    private static String text(Map<String, User> users) {
        var array = new JsonArray();
        users.values().forEach(user -> array.add(user.toJson()));
        return new JsonObject().put("version", VERSION).put("users", array).encodePrettily();
    }
}
