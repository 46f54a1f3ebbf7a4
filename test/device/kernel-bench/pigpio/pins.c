/*
 * libpigpio for the bench, the pins: a GPIO character device takes the place of the registers. PWM and servo pulses are
 * not made, but noted in /run/pigpio/gpioN, where a test reads them.
 */
#define _GNU_SOURCE
#include "library.h"

#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHIP "/dev/gpiochip0"
#define NOTES "/run/pigpio"
#define PINS 32
#define LONGEST_FILTER 300000

static struct pin {
  int line, mode, watched;
  unsigned pud, filter, duty, range, frequency, pulse;
  gpioAlertFunc_t alert;
} pins[PINS];

static int chip = -1;

#define CHECK(gpio)                               \
  do {                                            \
    if (!initialised) return PI_NOT_INITIALISED;  \
    if ((gpio) >= PINS) return PI_BAD_USER_GPIO;  \
  } while (0)

int open_pins(void) {
  for (int i = 0; i < PINS; i++) pins[i] = (struct pin){.line = -1, .range = 255, .frequency = 800};
  mkdir(NOTES, 0755);
  chip = open(CHIP, O_RDWR | O_CLOEXEC);
  return chip;
}

void stop_pins(void) {
  for (int i = 0; i < PINS; i++) pins[i].alert = NULL;
}

static void note(unsigned gpio, const char *what, unsigned value, unsigned range, unsigned frequency) {
  char path[40];
  snprintf(path, sizeof path, NOTES "/gpio%u", gpio);
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%s %u %u %u\n", what, value, range, frequency);
  fclose(file);
}

static uint64_t input_flags(const struct pin *pin) {
  uint64_t flags = GPIO_V2_LINE_FLAG_INPUT;
  if (pin->pud == PI_PUD_UP) flags |= GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
  if (pin->pud == PI_PUD_DOWN) flags |= GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
  if (pin->alert) flags |= GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
  return flags;
}

/* Claims the line, or gives it what the pin's state says now. */
static int configure(unsigned gpio, unsigned level) {
  struct pin *pin = &pins[gpio];
  struct gpio_v2_line_config config = {0};
  struct gpio_v2_line_config_attribute attribute = {.mask = 1};
  if (pin->mode == PI_OUTPUT) {
    config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
    attribute.attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    attribute.attr.values = level;
  } else {
    config.flags = input_flags(pin);
    attribute.attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    attribute.attr.debounce_period_us = pin->filter;
  }
  /* A debounce period of zero is no attribute. */
  if (pin->mode == PI_OUTPUT || pin->filter > 0) config.attrs[config.num_attrs++] = attribute;
  if (pin->line >= 0) return ioctl(pin->line, GPIO_V2_LINE_SET_CONFIG_IOCTL, &config) < 0 ? PI_NOT_PERMITTED : 0;

  struct gpio_v2_line_request request = {.num_lines = 1, .consumer = "pigpio", .config = config};
  request.offsets[0] = gpio;
  if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0) return PI_NOT_PERMITTED;
  pin->line = request.fd;
  return 0;
}

int gpioSetMode(unsigned gpio, unsigned mode) {
  CHECK(gpio);
  if (mode > PI_OUTPUT) return PI_BAD_MODE;
  int level = mode == PI_OUTPUT ? gpioRead(gpio) : 0;
  pins[gpio].mode = (int)mode;
  return configure(gpio, level == 1);
}

int gpioSetPullUpDown(unsigned gpio, unsigned pud) {
  CHECK(gpio);
  if (pud > PI_PUD_UP) return PI_BAD_PUD;
  pins[gpio].pud = pud;
  return pins[gpio].mode == PI_INPUT ? configure(gpio, 0) : 0;
}

int gpioRead(unsigned gpio) {
  CHECK(gpio);
  struct gpio_v2_line_values values = {.mask = 1};
  if (pins[gpio].line < 0 && configure(gpio, 0) < 0) return PI_NOT_PERMITTED;
  if (ioctl(pins[gpio].line, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0) return PI_NOT_PERMITTED;
  return values.bits & 1;
}

/* Sets the level with the direction, so that no other one shows in between; so does the original. */
static int drive(unsigned gpio, unsigned level) {
  struct pin *pin = &pins[gpio];
  if (pin->mode == PI_OUTPUT && pin->line >= 0) {
    struct gpio_v2_line_values values = {.bits = level, .mask = 1};
    return ioctl(pin->line, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0 ? PI_NOT_PERMITTED : 0;
  }
  pin->mode = PI_OUTPUT;
  return configure(gpio, level);
}

int gpioWrite(unsigned gpio, unsigned level) {
  CHECK(gpio);
  if (level > 1) return PI_BAD_LEVEL;
  note(gpio, "write", level, 1, 0);
  return drive(gpio, level);
}

int gpioPWM(unsigned gpio, unsigned duty) {
  CHECK(gpio);
  struct pin *pin = &pins[gpio];
  if (duty > pin->range) return PI_BAD_DUTYCYCLE;
  pin->duty = duty;
  note(gpio, "pwm", duty, pin->range, pin->frequency);
  return drive(gpio, duty == pin->range);
}

int gpioGetPWMdutycycle(unsigned gpio) {
  CHECK(gpio);
  return (int)pins[gpio].duty;
}

int gpioSetPWMrange(unsigned gpio, unsigned range) {
  CHECK(gpio);
  if (range < 25 || range > 40000) return PI_BAD_DUTYRANGE;
  pins[gpio].range = range;
  return (int)range;
}

/* The frequencies that the original has at its usual 5 microseconds a sample; it takes the nearest. */
int gpioSetPWMfrequency(unsigned gpio, unsigned frequency) {
  static const unsigned offered[] = {8000, 4000, 2000, 1600, 1000, 800, 500, 400, 320, 250, 200, 160, 100, 80, 50, 40, 20, 10};
  CHECK(gpio);
  unsigned nearest = offered[0];
  for (size_t i = 1; i < sizeof offered / sizeof *offered; i++) {
    if (abs((int)(offered[i] - frequency)) < abs((int)(nearest - frequency))) nearest = offered[i];
  }
  return (int)(pins[gpio].frequency = nearest);
}

int gpioGetPWMfrequency(unsigned gpio) {
  CHECK(gpio);
  return (int)pins[gpio].frequency;
}

int gpioServo(unsigned gpio, unsigned pulse) {
  CHECK(gpio);
  if (pulse != 0 && (pulse < 500 || pulse > 2500)) return PI_BAD_PULSEWIDTH;
  pins[gpio].pulse = pulse;
  note(gpio, "servo", pulse, 20000, 50);
  return drive(gpio, 0);
}

static void *watch(void *argument) {
  unsigned gpio = (unsigned)(uintptr_t)argument;
  struct pollfd line = {pins[gpio].line, POLLIN, 0};
  struct gpio_v2_line_event event;
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  while (poll(&line, 1, -1) > 0 && read(line.fd, &event, sizeof event) == sizeof event) {
    gpioAlertFunc_t alert = pins[gpio].alert;
    if (alert) alert((int)gpio, event.id == GPIO_V2_LINE_EVENT_RISING_EDGE, (uint32_t)(event.timestamp_ns / 1000));
  }
  return NULL;
}

int gpioSetAlertFunc(unsigned gpio, gpioAlertFunc_t function) {
  CHECK(gpio);
  struct pin *pin = &pins[gpio];
  pin->alert = function;
  int refusal = configure(gpio, 0);
  if (refusal < 0 || function == NULL || pin->watched) return refusal;
  pthread_t thread;
  pin->watched = pthread_create(&thread, NULL, watch, (void *)(uintptr_t)gpio) == 0 && pthread_detach(thread) == 0;
  return pin->watched ? 0 : PI_NOT_PERMITTED;
}

int gpioGlitchFilter(unsigned gpio, unsigned steady) {
  CHECK(gpio);
  if (steady > LONGEST_FILTER) return PI_BAD_FILTER;
  pins[gpio].filter = steady;
  return configure(gpio, 0);
}
