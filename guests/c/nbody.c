// Sun and four planets, integrated step by step in doubles; argument: steps, default 1000.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  double position[3], velocity[3], mass;
} body;

#define SOLAR_MASS (4 * M_PI * M_PI)
#define YEAR 365.24
#define COUNT 5

static body bodies[COUNT] = {
    {{0, 0, 0}, {0, 0, 0}, 1},
    {{4.84143144246472090, -1.16032004402742839, -0.103622044471123109},
     {0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023},
     0.000954791938424326609},
    {{8.34336671824457987, 4.12479856412430479, -0.403523417114321381},
     {-0.00276742510726411, 0.00499852801234917238, 0.0000230417297573763929},
     0.000285885980666130812},
    {{12.8943695621391310, -15.1111514016986312, -0.223307578892655734},
     {0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556},
     0.0000436624404335156298},
    {{15.3796971148509165, -25.9193146099879641, 0.179258772950371181},
     {0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870},
     0.0000515138902046611451},
};

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < COUNT; i++) {
    for (int k = 0; k < 3; k++)
      sum += 0.5 * bodies[i].mass * bodies[i].velocity[k] * bodies[i].velocity[k];
    for (int j = i + 1; j < COUNT; j++) {
      double squared = 0;
      for (int k = 0; k < 3; k++) {
        double d = bodies[i].position[k] - bodies[j].position[k];
        squared += d * d;
      }
      sum -= bodies[i].mass * bodies[j].mass / sqrt(squared);
    }
  }
  return sum;
}

static void advance(double step) {
  for (int i = 0; i < COUNT; i++)
    for (int j = i + 1; j < COUNT; j++) {
      double difference[3], squared = 0;
      for (int k = 0; k < 3; k++) {
        difference[k] = bodies[i].position[k] - bodies[j].position[k];
        squared += difference[k] * difference[k];
      }
      double magnitude = step / (squared * sqrt(squared));
      for (int k = 0; k < 3; k++) {
        bodies[i].velocity[k] -= difference[k] * bodies[j].mass * magnitude;
        bodies[j].velocity[k] += difference[k] * bodies[i].mass * magnitude;
      }
    }
  for (int i = 0; i < COUNT; i++)
    for (int k = 0; k < 3; k++) bodies[i].position[k] += step * bodies[i].velocity[k];
}

int main(int argc, char **argv) {
  int steps = argc > 1 ? atoi(argv[1]) : 1000;
  for (int i = 0; i < COUNT; i++) {
    bodies[i].mass *= SOLAR_MASS;
    for (int k = 0; k < 3; k++) bodies[i].velocity[k] *= YEAR;
  }
  for (int k = 0; k < 3; k++) {
    double momentum = 0;
    for (int i = 1; i < COUNT; i++) momentum += bodies[i].velocity[k] * bodies[i].mass;
    bodies[0].velocity[k] = -momentum / SOLAR_MASS;
  }
  printf("energy before: %.9f\n", energy());
  for (int i = 0; i < steps; i++) advance(0.01);
  printf("energy after %d steps: %.9f\n", steps, energy());
  for (int i = 0; i < COUNT; i++)
    printf("body %d: %.12g %.12g %.12e\n", i, bodies[i].position[0], bodies[i].position[1],
           bodies[i].position[2]);
  return 0;
}
