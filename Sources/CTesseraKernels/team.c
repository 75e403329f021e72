// A thread team: spin for the next job, then sleep.
//
// Work of a token arrives every few microseconds while a model runs, so waiting begins with a spin. On a
// machine that is busy with other work, a spinning thread may keep the processor from the very thread that it
// waits for. So the time to spin is halved whenever it passed in vain; a spin that was not in vain, or many
// waits later a trial, makes it long again. Then the thread sleeps. The waker pays for a system call only
// when somebody sleeps.
#if defined(__linux__)
#define _POSIX_C_SOURCE 200809L  // clocks and signal masks, which strict C11 hides
#endif

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "include/tessera_kernels.h"

enum {
    MAX_THREADS = 256,
    LONGEST_SPIN = 50 * 1000,  // nanoseconds
    SHORTEST_SPIN = 1000,
    SPINS_PER_TRIAL = 64,
    PAUSES_PER_LOOK_AT_CLOCK = 32
};

typedef struct worker {
    tk_team *team;
    pthread_t thread;
    int index;
} worker;

// Words that threads wait on lie on cache lines of their own.
struct tk_team {
    _Alignas(64) atomic_uint job;       // grows by one for each job
    _Alignas(64) atomic_uint finished;  // the last job that all workers have finished
    _Alignas(64) atomic_int running;    // workers still in the current job
    _Alignas(64) atomic_int arrived;    // threads waiting at the barrier
    _Alignas(64) atomic_uint barrier;   // grows by one each time all have arrived
    _Alignas(64) atomic_int taken;      // pieces of work taken since the last barrier
    _Alignas(64) atomic_int sleepers;   // threads in (or entering) pthread_cond_wait
    atomic_int spin;                    // nanoseconds to spin before sleeping; a hint, so races do not matter
    atomic_uint spins_in_vain;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    void (*body)(void *context, int thread);
    void *context;
    int threads;
    bool stopping;
    worker workers[];  // threads - 1
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_until_changed(tk_team *team, atomic_uint *word, unsigned old) {
    pthread_mutex_lock(&team->mutex);
    // Sequentially consistent with `wake`: either it sees this sleeper, or the loop sees its new value.
    atomic_fetch_add(&team->sleepers, 1);
    while (atomic_load(word) == old) pthread_cond_wait(&team->changed, &team->mutex);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->mutex);
}

// Returns when `*word` is no longer `old`.
static void wait_while_equal(tk_team *team, atomic_uint *word, unsigned old) {
    if (atomic_load_explicit(word, memory_order_acquire) != old) return;
    int spin = atomic_load_explicit(&team->spin, memory_order_relaxed);
    int64_t end = nanoseconds() + spin;
    do {
        for (int i = 0; i < PAUSES_PER_LOOK_AT_CLOCK; i++) {
            pause_briefly();
            if (atomic_load_explicit(word, memory_order_acquire) == old) continue;
            if (spin != LONGEST_SPIN) atomic_store_explicit(&team->spin, LONGEST_SPIN, memory_order_relaxed);
            return;
        }
    } while (nanoseconds() < end);
    int shorter = spin / 2 > SHORTEST_SPIN ? spin / 2 : SHORTEST_SPIN;
    bool trial =
        atomic_fetch_add_explicit(&team->spins_in_vain, 1, memory_order_relaxed) % SPINS_PER_TRIAL == 0;
    atomic_store_explicit(&team->spin, trial ? LONGEST_SPIN : shorter, memory_order_relaxed);
    sleep_until_changed(team, word, old);
}

// Stores a new value for those who wait on `*word`.
static void wake(tk_team *team, atomic_uint *word, unsigned value) {
    atomic_store(word, value);
    if (atomic_load(&team->sleepers) == 0) return;
    pthread_mutex_lock(&team->mutex);
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->mutex);
}

static void *work(void *argument) {
    worker *self = argument;
    tk_team *team = self->team;
    for (unsigned seen = 0;; seen++) {
        wait_while_equal(team, &team->job, seen);
        if (team->stopping) return NULL;
        team->body(team->context, self->index);
        if (atomic_fetch_sub_explicit(&team->running, 1, memory_order_acq_rel) == 1)
            wake(team, &team->finished, seen + 1);
    }
}

// Stops the first `count` workers and frees the team.
static void stop(tk_team *team, int count) {
    team->stopping = true;
    wake(team, &team->job, atomic_load(&team->job) + 1);
    for (int i = 0; i < count; i++) pthread_join(team->workers[i].thread, NULL);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->mutex);
    free(team);
}

tk_team *tk_team_create(int threads) {
    if (threads < 1 || threads > MAX_THREADS) return NULL;
    size_t bytes = sizeof(tk_team) + sizeof(worker) * (size_t)(threads - 1);
    tk_team *team = aligned_alloc(_Alignof(tk_team), (bytes + 63) / 64 * 64);
    if (team == NULL) return NULL;
    atomic_init(&team->job, 0);
    atomic_init(&team->finished, 0);
    atomic_init(&team->running, 0);
    atomic_init(&team->arrived, 0);
    atomic_init(&team->barrier, 0);
    atomic_init(&team->taken, 0);
    atomic_init(&team->sleepers, 0);
    atomic_init(&team->spin, LONGEST_SPIN);
    atomic_init(&team->spins_in_vain, 1);
    team->body = NULL;
    team->context = NULL;
    team->threads = threads;
    team->stopping = false;
    if (pthread_mutex_init(&team->mutex, NULL) != 0) {
        free(team);
        return NULL;
    }
    if (pthread_cond_init(&team->changed, NULL) != 0) {
        pthread_mutex_destroy(&team->mutex);
        free(team);
        return NULL;
    }
    // Signals are for the program's own threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int started = 0;
    for (; started < threads - 1; started++) {
        worker *next = &team->workers[started];
        next->team = team;
        next->index = started + 1;
        if (pthread_create(&next->thread, NULL, work, next) != 0) break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started < threads - 1) {
        stop(team, started);
        return NULL;
    }
    return team;
}

void tk_team_destroy(tk_team *team) {
    if (team != NULL) stop(team, team->threads - 1);
}

int tk_team_threads(const tk_team *team) {
    return team->threads;
}

int tk_team_take(tk_team *team) {
    return atomic_fetch_add_explicit(&team->taken, 1, memory_order_relaxed);
}

void tk_team_run(tk_team *team, void (*body)(void *context, int thread), void *context) {
    atomic_store_explicit(&team->taken, 0, memory_order_relaxed);
    if (team->threads == 1) {
        body(context, 0);
        return;
    }
    unsigned last = atomic_load_explicit(&team->job, memory_order_relaxed);
    team->body = body;
    team->context = context;
    atomic_store_explicit(&team->running, team->threads - 1, memory_order_relaxed);
    wake(team, &team->job, last + 1);
    body(context, 0);
    wait_while_equal(team, &team->finished, last);
}

void tk_team_barrier(tk_team *team) {
    if (team->threads == 1) {
        atomic_store_explicit(&team->taken, 0, memory_order_relaxed);
        return;
    }
    unsigned generation = atomic_load_explicit(&team->barrier, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->threads - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->taken, 0, memory_order_relaxed);
        wake(team, &team->barrier, generation + 1);
    } else {
        wait_while_equal(team, &team->barrier, generation);
    }
}
