package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An account. Secrets are kept as hashes only.
 *
 * @param name 1 to 32 of {@code a-z 0-9 - _ .}
 * @param passwordHash Argon2id with its parameters and salt; null until the person has set one
 * @param codes one-time codes that were not used
 * @param tokens bearer tokens
 */
record User(
        String name,
        Role role,
        @Nullable String passwordHash,
        List<Code> codes,
        List<Token> tokens) {
    static final String NAME_FORM = "1 to 32 of a-z 0-9 - _ . and not '" + Who.TOKEN_NAME + "'";
    private static final Pattern NAME = Pattern.compile("[a-z0-9-_.]{1,32}");

    /** A one-time code: its hash, and when it ends in nanoseconds since 1970 UTC. */
    record Code(String hash, long expiresNanos) {}

    /** A bearer token: its hash, what it is for, and when it was made. */
    record Token(String hash, String purpose, long madeNanos) {}

    User {
        codes = List.copyOf(codes);
        tokens = List.copyOf(tokens);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.equals(Who.TOKEN_NAME);
    }

    Who who() {
        return new Who(name, role);
    }

    User withRole(Role newRole) {
        return new User(name, newRole, passwordHash, codes, tokens);
    }

    User withPassword(String hash) {
        return new User(name, role, hash, codes, tokens);
    }

    /** Without expired codes, and with one more or none more. */
    User withCodes(long nowNanos, @Nullable Code more) {
        var kept = new ArrayList<>(codes);
        kept.removeIf(code -> code.expiresNanos() <= nowNanos);
        if (more != null) {
            kept.add(more);
        }
        return new User(name, role, passwordHash, kept, tokens);
    }

    User withoutCode(String hash) {
        var kept = new ArrayList<>(codes);
        kept.removeIf(code -> code.hash().equals(hash));
        return new User(name, role, passwordHash, kept, tokens);
    }

    User withTokens(List<Token> newTokens) {
        return new User(name, role, passwordHash, codes, newTokens);
    }

    /** The form in the file. */
    JsonObject toJson() {
        var codeArray = new JsonArray();
        codes.forEach(c ->
                codeArray.add(
                        new JsonObject()
                                .put("hash", c.hash())
                                .put("expires", Times.text(c.expiresNanos()))));
        var tokenArray = new JsonArray();
        tokens.forEach(t ->
                tokenArray.add(
                        new JsonObject()
                                .put("hash", t.hash())
                                .put("purpose", t.purpose())
                                .put("made", Times.text(t.madeNanos()))));
        return new JsonObject()
                .put("name", name)
                .put("role", role.text())
                .put("password", passwordHash)
                .put("codes", codeArray)
                .put("tokens", tokenArray);
    }

    /** Reads the form in the file; nothing where it is damaged. */
    static Optional<User> ofJson(JsonObject json) {
        var name = json.getString("name");
        var role = Role.of(json.getString("role", ""));
        if (name == null || !isName(name) || role.isEmpty()) {
            return Optional.empty();
        }
        var codes = new ArrayList<Code>();
        for (var c : objects(json.getJsonArray("codes"))) {
            codes.add(new Code(c.getString("hash", ""), time(c, "expires")));
        }
        var tokens = new ArrayList<Token>();
        for (var t : objects(json.getJsonArray("tokens"))) {
            tokens.add(
                    new Token(
                            t.getString("hash", ""), t.getString("purpose", ""), time(t, "made")));
        }
        return Optional.of(new User(name, role.get(), json.getString("password"), codes, tokens));
    }

    private static long time(JsonObject json, String key) {
        return Times.parse(json.getString(key, "")).orElse(0);
    }

    private static List<JsonObject> objects(@Nullable JsonArray array) {
        var result = new ArrayList<JsonObject>();
        for (int i = 0; array != null && i < array.size(); i++) {
            result.add(array.getJsonObject(i));
        }
        return result;
    }
}
