package io.drme.web;

import io.vertx.core.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets administrators manage users. */
final class UserRoutes {
    private static final String PATH = "/api/v1/users";
    private static final Logger log = LoggerFactory.getLogger(UserRoutes.class);

    private static final Schema USER =
            Schema.object(
                    Schema.field("name", Schema.text("the user's name")),
                    Schema.field("role", Schema.text("viewer, wall, operator, engineer or admin")),
                    Schema.field(
                            "state",
                            Schema.text(
                                    "active, invited, or no password: has to be given a new code")),
                    Schema.field("passwordSet", Schema.bool("whether they chose a password")),
                    Schema.field("codes", Schema.integer("one-time codes not used yet")),
                    Schema.field("tokens", Schema.integer("bearer tokens")));

    private static final Schema CODE =
            Schema.object(
                    Schema.field("name", Schema.text("the user's name")),
                    Schema.field("role", Schema.text("viewer, wall, operator, engineer or admin")),
                    Schema.field("code", Schema.text("lets the person in once")),
                    Schema.field("expires", Schema.time("when the code ends")),
                    Schema.field("link", Schema.text("path of the page that signs in with it")));

    private final Users users;
    private final Sessions sessions;

    UserRoutes(Users users, Sessions sessions) {
        this.users = users;
        this.sessions = sessions;
    }

    void addTo(Api api) {
        api.add(
                Route.get(PATH, Rule.ADMIN, "Lists the users").paged().answers(Schema.page(USER)),
                request ->
                        Reply.page(
                                Page.ofSorted(
                                        request,
                                        users.list().stream(),
                                        Users.Listed::name,
                                        UserRoutes::json)));
        api.add(
                Route.post(PATH, Rule.ADMIN, "Adds a user and gives a one-time code for them")
                        .body(
                                Schema.object(
                                        Schema.field("name", Schema.text(User.NAME_FORM)),
                                        Schema.field("role", Schema.text("the role"))))
                        .answers(CODE),
                request -> {
                    var code = users.add(request.body().text("name"), role(request));
                    audit("added", code.user(), request);
                    return Reply.json(201, json(code));
                });
        addRoutesOfOne(api);
        api.add(
                Route.post(
                                PATH + "/{name}/tokens",
                                Rule.ADMIN,
                                "Makes a bearer token with the user's role; it is shown this once")
                        .body(Schema.object(Schema.field("purpose", Schema.text("what it is for"))))
                        .answers(Schema.object(Schema.field("token", Schema.text("the token")))),
                request -> {
                    var token =
                            users.newToken(request.path("name"), request.body().text("purpose"));
                    audit("token-made", request.path("name"), request);
                    return Reply.json(201, new JsonObject().put("token", token));
                });
        api.add(
                Route.delete(
                        PATH + "/{name}/tokens", Rule.ADMIN, "Ends all bearer tokens of a user"),
                request -> {
                    users.removeTokens(request.path("name"));
                    audit("tokens-removed", request.path("name"), request);
                    return Reply.none();
                });
    }

    private void addRoutesOfOne(Api api) {
        api.add(
                Route.put(PATH + "/{name}/role", Rule.ADMIN, "Changes what a user may do")
                        .body(Schema.object(Schema.field("role", Schema.text("the role")))),
                request -> {
                    users.setRole(request.path("name"), role(request));
                    audit("role-changed", request.path("name"), request);
                    return Reply.none();
                });
        api.add(
                Route.post(
                                PATH + "/{name}/code",
                                Rule.ADMIN,
                                "Makes a one-time code for a user, as when a password is forgotten")
                        .answers(CODE),
                request -> {
                    var code = users.newCode(request.path("name"));
                    audit("code-made", code.user(), request);
                    return Reply.json(201, json(code));
                });
        api.add(
                Route.delete(PATH + "/{name}", Rule.ADMIN, "Removes a user and signs them out"),
                request -> {
                    users.remove(request.path("name"));
                    sessions.endAllOf(request.path("name"));
                    audit("removed", request.path("name"), request);
                    return Reply.none();
                });
    }

    private static Role role(Request request) {
        var text = request.body().text("role");
        return Role.of(text)
                .orElseThrow(() ->
                        Problem.badBody(
                                        "/role",
                                        "'" + Request.shortened(text) + "' is no role",
                                        "viewer, wall, operator, engineer or admin")
                                .asException());
    }

    private static void audit(String what, String user, Request request) {
        log.info("user={} {} by={}", user, what, request.who().name());
    }

    private static String state(Users.Listed user) {
        if (user.passwordSet()) {
            return "active";
        }
        return user.codes() > 0 ? "invited" : "no password";
    }

    private static JsonObject json(Users.Listed user) {
        return new JsonObject()
                .put("name", user.name())
                .put("role", user.role().text())
                .put("state", state(user))
                .put("passwordSet", user.passwordSet())
                .put("codes", user.codes())
                .put("tokens", user.tokens());
    }

    private static JsonObject json(Users.OneTimeCode code) {
        return new JsonObject()
                .put("name", code.user())
                .put("role", code.role().text())
                .put("code", code.code())
                .put("expires", Times.text(code.expiresNanos()))
                .put("link", code.link());
    }
}
