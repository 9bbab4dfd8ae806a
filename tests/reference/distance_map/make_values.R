# Reference values of stats::cmdscale, MASS::isoMDS and vegan::monoMDS for the distance map. Needs
# r-cran-mass, r-cran-vegan and r-cran-jsonlite. Run from the folder that holds
# brand_associations.csv (42 brands by 15 traits, Displayr/flipExampleData):
#   Rscript make_values.R > values.json
suppressPackageStartupMessages({library(MASS); library(vegan)})
library(jsonlite)

bare <- function(m) unname(as.matrix(m))
brands <- as.matrix(read.csv("brand_associations.csv", row.names = 1))
apart <- dist(brands)
set.seed(1)
starts <- c(list(cmdscale(apart, 2)), lapply(1:100, function(i) matrix(rnorm(84), 42)))
by_rank <- vapply(starts, function(start) {
  isoMDS(apart, y = start, k = 2, maxit = 2000, trace = FALSE, tol = 1e-9)$stress / 100
}, 0)
weak <- vapply(starts, function(start) {
  monoMDS(apart, y = start, k = 2, maxit = 2000, smin = 1e-9, sfgrmin = 1e-9, sratmax = 1 - 1e-9)$stress
}, 0)
roads <- cmdscale(eurodist, k = 3, eig = TRUE)
classical <- cmdscale(apart, k = 2, eig = TRUE)
values <- list(
  software = c(R.version.string, paste("MASS", packageVersion("MASS")),
               paste("vegan", packageVersion("vegan"))),
  roads = list(labels = labels(eurodist), dissimilarity = bare(as.matrix(eurodist)),
               points = bare(roads$points), eigenvalues = roads$eig, gof = roads$GOF),
  brands = list(points = bare(classical$points), eigenvalues = classical$eig[1:15],
                gof = classical$GOF, isomds_from_classical = by_rank[1],
                isomds_best_of_101 = min(by_rank), monomds_best_of_101 = min(weak))
)
cat(toJSON(values, digits = 15, auto_unbox = TRUE, matrix = "rowmajor", pretty = TRUE))
