/* Loads a shared library and prints what a function of it returns, a number: `load FILE FUNCTION`. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    void *library = dlopen(argv[1], RTLD_NOW);
    union {
        void *object;
        uint32_t (*function)(void);
    } symbol = {library ? dlsym(library, argv[2]) : NULL};
    if (!symbol.object) {
        fprintf(stderr, "load: %s\n", dlerror());
        return 1;
    }
    printf("%u\n", symbol.function());
    return 0;
}
