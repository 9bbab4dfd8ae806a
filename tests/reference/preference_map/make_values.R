# Reference values for the preference map: regressions by stats::lm, tests by stats::anova, and the
# counts of SensoMineR's carto (its definition, written out: SensoMineR is on no Debian mirror) on
# FactoMineR's components. Needs r-cran-factominer and r-cran-jsonlite. Run from the folder that
# holds senso.cocktail.csv and hedo.cocktail.csv (16 cocktails, R package SensoMineR):
#   Rscript make_values.R > values.json
suppressPackageStartupMessages(library(FactoMineR))
library(jsonlite)

sensory <- as.matrix(read.csv("senso.cocktail.csv", row.names = 1))
liking <- as.matrix(read.csv("hedo.cocktail.csv", row.names = 1))
place <- PCA(sensory, scale.unit = TRUE, ncp = 2, graph = FALSE)$ind$coord
x <- place[, 1]
y <- place[, 2]
formulas <- list(mean = z ~ 1, vector = z ~ x + y, circular = z ~ x + y + I(x^2 + y^2),
                 elliptical = z ~ x + y + I(x^2) + I(y^2),
                 quadratic = z ~ x + y + I(x^2) + I(y^2) + I(x * y))
fits <- apply(liking, 2, function(z) {
  data <- data.frame(z = z, x = x, y = y)
  lapply(formulas, function(formula) lm(formula, data = data))
})
step <- max(diff(range(x)), diff(range(y))) / 200
across <- seq(min(x) - .05 * diff(range(x)), max(x) + .05 * diff(range(x)), step)
upward <- seq(min(y) - .05 * diff(range(y)), max(y) + .05 * diff(range(y)), step)
grid <- expand.grid(y = upward, x = across)
models <- lapply(names(formulas)[-1], function(name) {
  above <- vapply(fits, function(fit) {
    predicted <- predict(fit[[name]], grid)
    predicted > mean(predicted)
  }, logical(nrow(grid)))
  count <- rowSums(above)
  simpler <- names(formulas)[match(name, names(formulas)) - 1]
  p <- vapply(fits, function(fit) anova(fit[[simpler]], fit[[name]])[2, "Pr(>F)"], 0)
  list(largest = max(count), total = sum(count), first = count[1:5],
       r2 = mean(vapply(fits, function(fit) summary(fit[[name]])$r.squared, 0)),
       significant = sum(p <= .05), fisher = -2 * sum(log(p)),
       fisher_p = pchisq(-2 * sum(log(p)), 2 * length(p), lower.tail = FALSE))
})
names(models) <- names(formulas)[-1]
mean_fit <- lm(z ~ x + y + I(x^2) + I(y^2) + I(x * y),
               data = data.frame(z = rowMeans(liking), x = x, y = y))
values <- list(
  software = c(R.version.string, paste("FactoMineR", packageVersion("FactoMineR"))),
  places = unname(place), n_across = length(across), n_upward = length(upward), models = models,
  mean_of_all = unname(coef(mean_fit))
)
cat(toJSON(values, digits = 15, auto_unbox = TRUE, matrix = "rowmajor", pretty = TRUE))
