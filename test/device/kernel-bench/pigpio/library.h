/* What the two halves of the stand-in know of each other. */
#include "pigpio.h"

extern int initialised;

int open_pins(void);
/* Alerts and PWM end; lines stay claimed until the process ends, and keep their levels. */
void stop_pins(void);
