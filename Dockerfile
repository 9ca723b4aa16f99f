FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Short films of Sparks are drawn anew with it; without it they are refused in words.
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
# Static files get their hashed names once, at build. The key only signs nothing here.
RUN DEBUG=0 SECRET_KEY=only-for-collecting-static-files-at-build-time-000000000000 ALLOWED_HOSTS=localhost ALLOW_TEST_GATEWAY=1 \
      EMBEDDED_WORKER=1 python manage.py collectstatic --noinput \
 && useradd --create-home --uid 10001 shop \
 && mkdir -p /var/lib/shop && chown shop /var/lib/shop
USER shop
ENV VAR_DIR=/var/lib/shop DEBUG=0
VOLUME /var/lib/shop
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
