package io.drme.edge.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InboxTest {
    /** An owner whose state is a list, as small as can be. */
    private static final class Owner {
        final List<String> state = new ArrayList<>();
        final Inbox<List<String>> inbox = new Inbox<>("owner", this::step);

        void step() {
            inbox.answerAll(state);
        }
    }

    // Where one thread owns everything, as in a simulation, it would wait for itself for ever.
    @Test
    @Timeout(10)
    void aQuestionOfTheOwnersOwnThreadIsAnsweredAtOnce() throws InterruptedException {
        var owner = new Owner();
        owner.step();
        assertThat(owner.inbox.<Boolean>ask(s -> s.add("done"))).isTrue();
        assertThat(owner.state).containsExactly("done");
    }

    @Test
    @Timeout(10)
    void theAskersMistakeIsTheAskers() {
        var owner = new Owner();
        owner.step();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        owner.inbox.ask(_ -> {
                            throw new IllegalArgumentException("no");
                        }))
                .withMessage("no");
    }
}
