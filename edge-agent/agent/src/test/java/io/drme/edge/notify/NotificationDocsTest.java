package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.Priority;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.edge.notify.NotificationConfig.Webhook;
import io.drme.testing.ManualClock;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What docs/notifications.md shows is so. {@code -Ddrme.write=true} writes the body anew. */
class NotificationDocsTest {
    private static final Path PAGE = Path.of("../../docs/notifications.md");

    private static String block(String page, String language) {
        int from = page.indexOf("```" + language + "\n") + language.length() + 4;
        return page.substring(from, page.indexOf("```", from));
    }

    @Test
    void theExampleIsReadAsItSays() throws Exception {
        var problems = new Problems();
        var top =
                YamlReader.parse("docs", block(Files.readString(PAGE), "yaml"), problems)
                        .orElseThrow();
        var all =
                NotificationConfig.readAll(
                        new Section(top, "", problems),
                        Path.of("/var/lib/drme"),
                        _ -> Optional.empty());

        assertThat(problems.list()).isEmpty();
        assertThat(all)
                .extracting(NotificationConfig::name)
                .containsExactly("shift", "maintenance", "horn", "lamp");
        assertThat(all.getFirst().filter().least()).isEqualTo(Priority.HIGH);
        assertThat(all.getFirst().language()).isEqualTo(Language.DE);
    }

    @Test
    void theBodyOfAWebhookIsAsShown() throws Exception {
        var webhook =
                new Webhook(
                        URI.create("http://127.0.0.1/"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of());
        var config =
                new NotificationConfig(
                        "maintenance",
                        webhook,
                        Alarming.all(),
                        NotificationConfig.Limits.defaults(),
                        Language.EN);
        var channel =
                new WebhookChannel(
                        config,
                        webhook,
                        new Words("press-line-1", "acme/stuttgart/press-shop"),
                        new ManualClock(),
                        new SecretText(Path.of("/var/lib/drme")));
        var digest =
                Message.of(Alarming.notice(41, Priority.HIGH), 0)
                        .and(Message.of(Alarming.notice(42, Priority.LOW), 0));
        var shown = channel.body(digest, digest.id("7c9e6679", "maintenance"));
        shown.getJsonArray("alarms").remove(1);
        var body =
                shown.encodePrettily()
                                .replace(" : ", ": ")
                                .replace(": [ {", ": [{")
                                .replace("} ]", "}]")
                        + "\n";
        var page = Files.readString(PAGE);
        if (Boolean.getBoolean("drme.write")) {
            page = page.replace(block(page, "json"), body);
            Files.writeString(PAGE, page);
        }

        assertThat(block(page, "json")).isEqualTo(body);
    }
}
