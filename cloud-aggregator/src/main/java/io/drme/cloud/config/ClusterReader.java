package io.drme.cloud.config;

import io.drme.cloud.config.CloudConfig.ClusterConfig;
import io.drme.cloud.config.CloudConfig.MemberTls;
import io.drme.config.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code cluster} of {@code cloud.yaml}. */
final class ClusterReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-_.]{1,64}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}");
    private static final int MAX_BACKUPS = 6;

    /** More than a centre was ever tried with; it bounds what a page of members shows. */
    private static final int MAX_MEMBERS = 99;

    private static final long LEAST_HOT_SET_BYTES = 1L << 20;
    private static final long MOST_HOT_SET_BYTES = 1L << 40;

    private final Section section;

    private ClusterReader(Section section) {
        this.section = section;
    }

    static ClusterConfig read(Section section) {
        return new ClusterReader(section).cluster();
    }

    private ClusterConfig cluster() {
        var usual = ClusterConfig.defaults();
        var name = section.text("name", usual.name());
        if (!NAME.matcher(name).matches()) {
            section.problem("name", "'%s' is not 1 to 64 of a-z 0-9 - _ .".formatted(name));
        }
        var listen = ConfigReader.listen(section, usual.listen());
        var reachedAt =
                section.parsed(
                        "public-address", "an address such as 10.0.4.11:5701", Listen::parse);
        var members = members();
        var service = service();
        var tls = tls();
        checkAddresses(listen, reachedAt, members, service.isPresent());
        if (!listen.isLoopback() && tls.isEmpty()) {
            section.problem(
                    "listen",
                    "%s is reachable from outside, so members must show a certificate; give tls with certificate, key and ca, or listen on 127.0.0.1"
                            .formatted(listen));
        }
        return new ClusterConfig(
                name,
                listen,
                reachedAt,
                members,
                service,
                (int) section.integer("backups", usual.backups(), 0, MAX_BACKUPS),
                minimum(members.size(), service.isPresent()),
                section.bytes(
                        "hot-set", usual.hotSetBytes(), LEAST_HOT_SET_BYTES, MOST_HOT_SET_BYTES),
                tls);
    }

    private List<Listen> members() {
        var members = new ArrayList<Listen>();
        for (var text : section.texts("members")) {
            var member =
                    Listen.parse(text)
                            .or(() ->
                                    HOST.matcher(text).matches()
                                            ? Optional.of(new Listen(text, ClusterConfig.PORT))
                                            : Optional.empty());
            if (member.isEmpty()) {
                section.problem(
                        "members",
                        "'%s' is no address of a member, such as 10.0.4.11:5701".formatted(text));
            }
            member.ifPresent(members::add);
        }
        if (new HashSet<>(members).size() < members.size()) {
            section.problem("members", "names a member twice; name each of them once");
        }
        return members;
    }

    private Optional<String> service() {
        return section.section("kubernetes")
                .map(kubernetes -> {
                    var service = kubernetes.requiredText("service");
                    if (!service.isBlank() && !HOST.matcher(service).matches()) {
                        kubernetes.problem(
                                "service",
                                "'%s' is no name of a headless service, such as drme-members.drme.svc.cluster.local"
                                        .formatted(service));
                    }
                    kubernetes.done();
                    return service;
                });
    }

    private void checkAddresses(
            Listen listen, Optional<Listen> reachedAt, List<Listen> members, boolean isService) {
        if (isService && !members.isEmpty()) {
            section.problem("kubernetes", "members are listed, too; give either of the two");
        }
        var own = reachedAt.orElse(listen);
        if (members.size() > 1 && !members.contains(own)) {
            section.problem(
                    "members",
                    "lists %s, but not this member's own address %s; list all members, the same at each of them"
                            .formatted(members, own));
        }
        if (listen.isLoopback() && (isService || members.stream().anyMatch(m -> !m.isLoopback()))) {
            section.problem(
                    "listen",
                    "%s can't be reached by members on other machines; listen on this machine's address in their network"
                            .formatted(listen));
        }
    }

    /** More than half, so that of two parts that do not see each other one goes on at most. */
    private int minimum(int members, boolean isService) {
        int usual = members / 2 + 1;
        if (isService && !section.has("minimum")) {
            section.missing(
                    "minimum",
                    "with kubernetes nobody else knows how many members there are to be: give more than half of the replicas");
        }
        int minimum = (int) section.integer("minimum", usual, 1, MAX_MEMBERS);
        if (!isService && minimum > Math.max(1, members)) {
            section.problem(
                    "minimum",
                    "%d can't be reached by the %d members that are listed"
                            .formatted(minimum, members));
        } else if (!isService && members > 1 && minimum < usual) {
            section.problem(
                    "minimum",
                    "with %d of %d members two parts could both go on without each other; give at least %d"
                            .formatted(minimum, members, usual));
        }
        return minimum;
    }

    private Optional<MemberTls> tls() {
        return section.section("tls")
                .flatMap(tls -> {
                    var files = ConfigReader.tls(tls, true);
                    var name = tls.text("name");
                    if (files.isEmpty() && tls.keys().stream().allMatch("name"::equals)) {
                        tls.missing("certificate", "TLS needs certificate, key and ca together");
                    }
                    tls.done();
                    return files.map(f -> new MemberTls(f, name));
                });
    }
}
