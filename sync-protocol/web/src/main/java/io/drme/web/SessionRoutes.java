package io.drme.web;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs people in and out. */
final class SessionRoutes {
    private static final String PATH = "/api/v1/session";
    private static final int BODY_LIMIT_BYTES = 4 * 1024;
    private static final Logger log = LoggerFactory.getLogger(SessionRoutes.class);

    private static final Schema SESSION =
            Schema.object(
                    Schema.optional("name", Schema.text("who is signed in; null for nobody")),
                    Schema.optional("role", Schema.text("what they may do")));

    private final Access access;

    SessionRoutes(Access access) {
        this.access = access;
    }

    void addTo(Api api) {
        api.add(
                Route.get(PATH, Rule.PUBLIC, "Tells who is signed in").answers(SESSION),
                request -> Reply.json(session(request.signedIn())));
        api.add(
                Route.post(
                                PATH,
                                Rule.PUBLIC,
                                "Signs in by name and password, or by a one-time code; with a code,"
                                        + " a password is set")
                        .body(
                                Schema.object(
                                        Schema.optional("name", Schema.text("the user's name")),
                                        Schema.optional("password", Schema.text("password or PIN")),
                                        Schema.optional("code", Schema.text("one-time code"))))
                        .bodyLimit(BODY_LIMIT_BYTES)
                        .answers(SESSION),
                this::signIn);
        api.add(
                Route.delete(PATH, Rule.PUBLIC, "Signs out"),
                request -> {
                    boolean secure = request.incoming().secure();
                    request.incoming()
                            .cookie(access.cookieName(secure))
                            .ifPresent(access.sessions()::end);
                    return Reply.none().header("set-cookie", cookie(secure, "", Duration.ZERO));
                });
        api.add(
                Route.put(PATH + "/password", Rule.VIEWER, "Sets one's own password or PIN")
                        .body(
                                Schema.object(
                                        Schema.field("old", Schema.text("the one so far")),
                                        Schema.field("password", Schema.text("the new one"))))
                        .bodyLimit(BODY_LIMIT_BYTES),
                this::setPassword);
    }

    private Reply signIn(Request request) {
        Access.checkOrigin(request.incoming(), true);
        var body = request.body();
        var code = body.optionalText("code");
        var address = request.incoming().address();
        var place = FailedSignIns.Place.address(address);
        var name = code.isPresent() ? "" : body.text("name");
        access.failedSignIns().check(name, place);
        var password = body.optionalText("password");
        if (code.isPresent() && password.isPresent()) {
            Passwords.check("", password.get());
        }
        var who =
                code.isPresent()
                        ? access.users().redeem(code.get())
                        : access.users().byPassword(name, body.text("password"));
        if (who.isEmpty()) {
            access.failedSignIns().failed(name, place);
            log.warn("sign-in=refused address={} by={}", address, code.isEmpty() ? "name" : "code");
            throw refused(code.isPresent()).asException();
        }
        if (code.isPresent() && password.isPresent()) {
            access.users().setPassword(who.get().name(), password.get());
        }
        access.failedSignIns().succeeded(name, place);
        log.info("sign-in=done user={} address={}", who.get().name(), address);
        boolean secure = request.incoming().secure();
        return Reply.json(session(who))
                .header(
                        "set-cookie",
                        cookie(
                                secure,
                                access.sessions().start(who.get().name()),
                                who.get().role() == Role.WALL
                                        ? Sessions.WALL_LIMIT
                                        : Sessions.ABSOLUTE_LIMIT));
    }

    private Reply setPassword(Request request) {
        var who = request.who();
        var place = FailedSignIns.Place.address(request.incoming().address());
        access.failedSignIns().check(who.name(), place);
        if (access.users().byPassword(who.name(), request.body().text("old")).isEmpty()) {
            access.failedSignIns().failed(who.name(), place);
            throw Problem.forbidden(
                            "the old password is not right",
                            "the password or PIN that is valid now",
                            "Ask an administrator for a one-time code if it is forgotten")
                    .asException();
        }
        access.users().setPassword(who.name(), request.body().text("password"));
        log.info("password=changed user={}", who.name());
        return Reply.none();
    }

    private static Problem refused(boolean byCode) {
        return new Problem(
                "sign-in-refused",
                "Not signed in",
                401,
                byCode ? "the code is not valid" : "name and password do not match a user",
                byCode ? "/code" : "/password",
                byCode
                        ? "a one-time code that was not used and is not older than "
                                + Users.CODE_LIFETIME.toHours()
                                + " h"
                        : "a user's name with its password or PIN",
                "Try again, or ask an administrator for a one-time code");
    }

    private static JsonObject session(Optional<Who> who) {
        return new JsonObject()
                .put("name", who.map(Who::name).orElse(null))
                .put("role", who.map(w -> w.role().text()).orElse(null));
    }

    private String cookie(boolean secure, String value, Duration age) {
        return access.cookieName(secure)
                + "="
                + value
                + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
                + age.toSeconds()
                + (secure ? "; Secure" : "");
    }
}
