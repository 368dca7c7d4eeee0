package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake is named with its line, its key and what to do. */
class NotificationReaderTest {
    private static final String HOOK = "webhook: {url: 'https://h/x'}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {priority: high}                                       | n                | add one of webhook, email, output
                    {HOOK, output: {tag: a/b}}                             | n                | one way an entry, so make an entry for each
                    {HOOK, priority: hihg}                                 | n.priority       | did you mean 'high'
                    {HOOK, on: [raisd]}                                    | n.on             | allowed: raised, escalated, acknowledged, returned
                    {HOOK, on: []}                                         | n.on             | is empty
                    {HOOK, language: fr}                                   | n.language       | allowed: en, de
                    {HOOK, expire: 30d}                                    | n.expire         | outside 1m to 7d
                    {HOOK, digest: {above: 0}}                             | n.digest.above   | outside 1 to 100
                    {HOOK, digest: {abov: 3}}                              | n.digest.abov    | known here: above, within
                    {HOOK, limit: {messages: 5000}}                        | n.limit.messages | outside 1 to 1000
                    {HOOK, prioritty: low}                                 | n.prioritty      | did you mean 'priority'
                    {webhook: {}}                                          | n.webhook.url    | is missing
                    {webhook: {url: 'ftp://h/x'}}                          | n.webhook.url    | not an address such as https://alerts.acme.example/drme
                    {webhook: {url: 'http://h/x'}}                         | n.webhook.url    | leaves this machine without TLS; use https://
                    {webhook: {url: 'https://me:secret@h/x'}}              | n.webhook.url    | secrets stand in files: remove it, and use headers
                    {webhook: {url: 'https://h/x', headers: {'a b': f}}}   | n.webhook.headers.a b | is not the name of a header
                    {webhook: {url: 'https://h/x', headers: {X: /var/lib/drme/token}}} | n.webhook.headers.X | lies in the agent's data directory
                    {webhook: {url: 'https://h/x', secret-file: /var/lib/drme/../drme/token}} | n.webhook.secret-file | put the secret elsewhere, such as /etc/drme
                    {email: {server: 'smtp://h', from: a@b, to: c@d, user: u, password-file: /var/lib/drme/token}} | n.email.password-file | lies in the agent's data directory
                    {email: {from: a@b, to: c@d}}                          | n.email.server   | is missing
                    {email: {server: 'smtp://h', to: c@d}}                 | n.email.from     | is missing
                    {email: {server: 'smtp://h', from: a@b}}               | n.email.to       | add an address
                    {email: {server: 'smtp://h', from: me, to: c@d}}       | n.email.from     | is not an address such as shift@acme.example
                    {email: {server: 'smtp://h', from: a@b, to: c@d, user: u}} | n.email.user | name the file that holds the password
                    {email: {server: 'mail.h', from: a@b, to: c@d}}        | n.email.server   | not an address such as smtp://mail.acme.example:587
                    {output: {tag: /horn}}                                 | n.output.tag     | not a tag such as cabinet/horn
                    {output: {tag: cabinet/door}}                          | n.output.tag     | can't be switched
                    {output: {tag: cabinet/horn, mode: siren}}             | n.output.mode    | allowed: horn, lamp, steady-lamp
                    {output: {tag: cabinet/horn}, expire: 1h}              | n.expire         | is not a known key
                    """)
    void aMistakeIsNamedWithLineKeyAndRemedy(String entry, String key, String remedy) {
        var problems = new Problems();
        var text = "notifications:\n  n: " + entry.replace("HOOK", HOOK) + "\n";
        var top = YamlReader.parse("gateway.yaml", text, problems).orElseThrow();
        var section = new Section(top, "", problems);
        NotificationConfig.readAll(
                section,
                Path.of("/var/lib/drme"),
                tag ->
                        tag.text().equals("cabinet/door")
                                ? Optional.of(
                                        "can't be switched; name a boolean tag with 'access: write'")
                                : Optional.empty());
        section.done();

        assertThat(problems.list())
                .as("%s", problems.list())
                .anySatisfy(p -> {
                    assertThat(p.key()).isEqualTo("notifications." + key);
                    assertThat(p.message()).contains(remedy);
                    assertThat(p.where().line()).isEqualTo(2);
                });
    }
}
