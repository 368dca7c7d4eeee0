package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Single stories: a log that begins anew, what is on disk of before, what is lost of a message. */
class DelivererTest implements Events, Post, Ledger {
    private final ManualClock clock = new ManualClock();
    private final List<Transition> log = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    private String epoch = "e1";
    private String saved = "";
    private Outcome outcome = new Outcome.Sent("200");

    private Deliverer start() {
        var deliverer = new Deliverer(clock, this, this, this, new Random(1));
        var limits = Alarming.limits(5, Duration.ofSeconds(1), 100, Duration.ofHours(1));
        deliverer.begin(
                List.of(Alarming.receiver("phone", Alarming.all(), limits)),
                _ -> Optional.of(new TagFacts("Cel", false)));
        return deliverer;
    }

    private void raise(int count) {
        for (int i = 0; i < count; i++) {
            log.add(Alarming.raised("o" + log.size(), Priority.HIGH));
        }
    }

    private void steps(Deliverer deliverer) {
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(2));
            deliverer.step();
        }
    }

    /** The log's numbers begin at 1, and so many of what it held stand in it. */
    private void fork(int carriedOver) {
        epoch = "e2";
        log.subList(0, log.size() - carriedOver).clear();
    }

    // Planted: the epoch is looked at in the constructor only.
    @Test
    void afterAForkWhatComesIsToldAndWhatWasCarriedOverIsNotToldAgain() {
        raise(3); // before the receiver came
        var deliverer = start();
        raise(3);
        steps(deliverer);
        assertThat(sent).containsExactly("e1.4.phone", "e1.5.phone", "e1.6.phone");

        fork(2);
        steps(deliverer);
        raise(1);
        steps(deliverer);

        assertThat(sent).hasSize(4).endsWith("e2.3.phone");
        assertThat(losses).singleElement().asString().contains("the event log began anew");
    }

    @Test
    void aNewEpochIsFollowedWhereItIsLongerThanTheOldOneWas() {
        raise(2);
        var deliverer = start();
        epoch = "e2";
        raise(8);
        steps(deliverer);
        raise(1);
        steps(deliverer);

        assertThat(sent).containsExactly("e2.11.phone");
    }

    @Test
    void whatWaitsKeepsItsIdOverAForkAndARestart() {
        var deliverer = start();
        raise(1);
        outcome = new Outcome.Failed("503", "", Optional.empty());
        steps(deliverer);
        fork(0);
        steps(deliverer);
        start();
        outcome = new Outcome.Sent("200");
        sent.clear();
        steps(start());

        assertThat(sent).containsExactly("e1.1.phone");
    }

    @Test
    void aFileWithoutWhatOthersKeepInItIsReadAllTheSame() {
        var deliverer = start();
        raise(1);
        outcome = new Outcome.Failed("503", "", Optional.empty());
        steps(deliverer);
        saved = saved.replace("\"aside\":{}", "\"aside\":null");
        outcome = new Outcome.Sent("200");
        sent.clear();
        var next = start();
        steps(next);

        assertThat(next.aside()).isEmpty();
        assertThat(sent).containsExactly("e1.1.phone");
        assertThat(losses).isEmpty();
    }

    @Test
    void whoOfSeveralDoesNotGetItIsOnRecord() {
        var deliverer = start();
        raise(1);
        outcome = new Outcome.Sent("250", "not for bob@acme.example: 550");
        steps(deliverer);

        assertThat(losses).containsExactly("not for bob@acme.example: 550; id e1.1.phone");
        assertThat(deliverer.receivers().getFirst().figures().lastError()).contains("bob@");
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long last() {
        return log.size();
    }

    @Override
    public Found read(long sequence) {
        return new Found.Told(log.get((int) sequence - 1));
    }

    @Override
    public void begin(String receiver, Message message, String id) {
        sent.add(id);
    }

    @Override
    public Optional<Outcome> poll(String receiver) {
        return Optional.of(outcome);
    }

    @Override
    public Optional<String> load() {
        return Optional.of(saved).filter(s -> !s.isEmpty());
    }

    @Override
    public void save(String text) {
        saved = text;
    }

    @Override
    public void record(String receiver, String what) {
        losses.add(what);
    }
}
